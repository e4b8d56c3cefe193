import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { connect } from 'node:tls'
import { SUBPROTOCOL } from '../../protocol/version.ts'
import { type Door, leave, settle, stranger } from './door.ts'
import { mangleBytes, noise } from './mangle.ts'
import { rawPeer } from './raw-peer.ts'
import { upgradeRequest } from './web-socket-bytes.ts'

/** What a client of each version says first, as OpenSSL writes it. */
async function clientHellos(): Promise<readonly Uint8Array[]> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const hellos: Uint8Array[] = []
  for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
    const client = connect({ port, host: '127.0.0.1', maxVersion, ALPNProtocols: ['http/1.1'] })
    client.on('error', () => {})
    const [taken] = (await once(server, 'connection')) as [Socket]
    const [bytes] = (await once(taken, 'data')) as [Buffer]
    hellos.push(bytes)
    client.destroy()
    taken.destroy()
  }
  server.close()
  return hellos
}

/** Records of other kinds than a client begins with. */
const RECORDS = [
  [0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x28],
  [0x17, 0x03, 0x03, 0x40, 0x00],
  [0x14, 0x03, 0x03, 0x00, 0x01, 0x01],
  [0x80, 0x2e, 0x01, 0x00, 0x02],
].map((bytes) => Uint8Array.from(bytes))

/** What comes before anybody is asked who they are: the encryption itself. */
export function createTlsDoor(): Door {
  let hellos: Promise<readonly Uint8Array[]> | null = null
  return {
    name: 'tls',
    encrypted: true,
    async attack(arena, random) {
      const seeds = await (hellos ??= clientHellos())
      const peer = await rawPeer(arena.port, stranger(random))
      const first = random.pick([
        ...seeds,
        ...RECORDS,
        Buffer.from(upgradeRequest('/ws', SUBPROTOCOL)),
        noise(random, random.int(1, 200)),
      ])
      peer.write(random.chance(0.8) ? mangleBytes(random, first) : first)
      if (random.chance(0.3)) await settle()
      if (random.chance(0.3)) peer.write(mangleBytes(random, random.pick(RECORDS)))
      if (random.chance(0.1)) {
        peer.reset()
        return []
      }
      return leave(peer)
    },
  }
}

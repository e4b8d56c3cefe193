/**
 * A host's computer: the real server with its owner and a code at the door, in the namespace it runs
 * in. Arguments: folder for its data, port. Writes the code it shows, and every later one, as lines of JSON.
 */
import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { deviceKeyOf } from '../../client/session/device-key.ts'
import { startServer } from '../../server/start-server.ts'
import { makeHostKey } from '../../server/tls/host-key.ts'
import { rawClient, rawPerson } from '../raw-client.ts'

export type HostLine =
  | { readonly ready: true; readonly fingerprint: string | null }
  | { readonly code: string }

const [, , folder, port] = process.argv
if (folder === undefined || port === undefined)
  throw new Error('usage: host-station <folder> <port>')
const tell = (line: HostLine): void => void process.stdout.write(`${JSON.stringify(line)}\n`)

const owner = rawPerson('Olga')
const log = createWriteStream(join(folder, 'host.log'))
const write = (fields: object, words: string): void =>
  void log.write(`${JSON.stringify({ ...fields, words })}\n`)
const server = await startServer(
  {
    ...{ dataDir: join(folder, 'hosted'), host: '0.0.0.0', port: Number(port) },
    ...{ sessionName: 'Ward 3', pairing: true },
    admission: { kind: 'secret', secret: 's'.repeat(43) },
    tls: { kind: 'host-key', privateKey: makeHostKey() },
    owner: {
      owner: {
        ...{ memberId: owner.member, deviceId: owner.device, name: owner.name },
        deviceKey: deviceKeyOf(owner.key).publicKey,
      },
    },
  },
  { info: write, warn: write },
)
if (server.kind === 'failed') throw new Error(server.message)
const client = await rawClient(server.url, owner)
await client.enter()
client.tell({ type: 'admin-watch', ref: 2, active: true })
tell({ ready: true, fingerprint: server.fingerprint })
process.stdin.on('end', () => process.exit(0)).resume()
for (let told = ''; ;) {
  const { code } = await client.next('admin')
  if (code === null || code.code === told) continue
  told = code.code
  tell({ code: code.code })
}

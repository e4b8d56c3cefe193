/** What two people say to each other, as a third one's wire and disk have it: not at all. */
import { randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { type AddressInfo, connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type ClientSession, openClientSession } from '../../client/client-session.ts'
import { systemClock } from '../../client/clock.ts'
import { dialWebSocket } from '../../client/connection/web-socket.ts'
import type { DeviceId, MemberId, RoomId } from '../../protocol/ids.ts'
import type { RunningServer } from '../../server/start-server.ts'
import { value } from '../client-kit.ts'
import { serveSession } from '../served-session.ts'

const SECRET = 'the secret of this test'
const WHISPER = 'only for the two of us'

let folder: string
let server: RunningServer
const cleanUp: (() => unknown)[] = []
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'landline-direct-'))
  // Unencrypted within this computer, so that the wire can be read.
  server = await serveSession(join(folder, 'server'), SECRET, undefined)
})
afterEach(async () => {
  for (const undo of cleanUp.splice(0).toReversed()) await undo()
  await server.stop()
  rmSync(folder, { recursive: true, force: true })
})

/** Passes everything on, and keeps what the server says. */
async function wire(): Promise<{ readonly port: number; readonly heard: () => string }> {
  const chunks: Buffer[] = []
  const proxy = createServer((client) => {
    const target = connect(server.port, '127.0.0.1')
    target.on('data', (bytes) => chunks.push(bytes as Buffer))
    client.pipe(target).pipe(client)
    for (const socket of [client, target]) socket.on('error', () => {})
  })
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  cleanUp.push(() => void proxy.close())
  return {
    port: (proxy.address() as AddressInfo).port,
    heard: () => Buffer.concat(chunks).toString('latin1'),
  }
}

function person(name: string, port: number): ClientSession {
  const session = value(
    openClientSession({
      file: join(folder, `${name}.db`),
      session: { ...server.session, addresses: [`127.0.0.1:${port}`], secret: SECRET },
      identity: {
        memberId: randomUUID() as string as MemberId,
        deviceKey: randomBytes(32).toString('base64url'),
        memberName: name,
        deviceId: randomUUID() as string as DeviceId,
        deviceName: `${name}’s laptop`,
      },
      trust: { kind: 'none' },
      dial: dialWebSocket,
      clock: systemClock(),
      random: () => 0.01,
      uuid: () => randomUUID(),
    }),
  )
  cleanUp.push(() => session.close())
  session.connect()
  return session
}

function until(session: ClientSession, holds: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const stop = session.on(check)
    function check(): void {
      if (!holds()) return
      stop()
      resolve()
    }
    check()
  })
}
const online = (session: ClientSession) =>
  until(session, () => session.view().connection.state === 'online')

function onDisk(name: string): string {
  return readdirSync(folder)
    .filter((file) => file.startsWith(`${name}.db`))
    .map((file) => readFileSync(join(folder, file), 'latin1'))
    .join('\n')
}

describe('a direct room', () => {
  it('is on no wire and no disk of anybody else: neither its text nor that there is one', async () => {
    const cleoWire = await wire()
    const benWire = await wire()
    const [ada, ben] = [person('Ada', server.port), person('Ben', benWire.port)]
    const cleo = person('Cleo', cleoWire.port)
    await Promise.all([ada, ben, cleo].map(online))
    const { room } = value(await ada.openDirect([ben.view().self.memberId]))
    value(ada.send(room, WHISPER))
    ada.setTyping(room, true)
    await until(ben, () => ben.search(WHISPER, 1).length === 1)
    value(ben.markRead(room, ben.contents().rooms.find(({ id }) => id === room)?.headSeq ?? 0))
    const { message } = value(ben.send(room, `${WHISPER}, indeed`))
    value(ben.edit(room, message, `${WHISPER}, truly`))
    await until(ada, () => ada.search('truly', 1).length === 1)

    // Asks for it by every way there is, knowing its id; and catches up anew.
    expect(await cleo.joinRoom(room)).toMatchObject({ ok: false })
    expect(value(await cleo.browseRooms()).map(({ id }) => id)).not.toContain(room)
    cleo.disconnect()
    cleo.connect()
    await online(cleo)
    // Something of everybody's, so that all that came before it has arrived.
    const general = cleo.contents().rooms.find(({ isDefault }) => isDefault)?.id as RoomId
    value(ada.send(general, 'for everybody'))
    await until(cleo, () => cleo.search('everybody', 1).length === 1)

    expect(benWire.heard()).toContain(WHISPER)
    expect(cleoWire.heard()).toContain('for everybody')
    expect(cleoWire.heard()).not.toContain(WHISPER)
    // Her own request is refused with words that do not name the room.
    expect(cleoWire.heard()).not.toContain(room)
    expect(onDisk('Ben')).toContain(WHISPER)
    expect(onDisk('Cleo')).toContain('for everybody')
    expect(onDisk('Cleo')).not.toContain(WHISPER)
    expect(onDisk('Cleo')).not.toContain(room)
  })
})

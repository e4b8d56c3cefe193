/** The real client against the real server over real sockets: what neither can prove alone. */
import { randomBytes, randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type ClientSession, openClientSession } from '../../client/client-session.ts'
import { systemClock } from '../../client/clock.ts'
import { dialWebSocket } from '../../client/connection/web-socket.ts'
import type { MessageView, SessionEvent } from '../../client/views.ts'
import type { DeviceId, MemberId, RoomId } from '../../protocol/ids.ts'
import { defaultHubOptions } from '../../server/hub/options.ts'
import { type RunningServer, startServer } from '../../server/start-server.ts'
import { fingerprintOfKey, makeHostKey } from '../../server/tls/host-key.ts'
import { value } from '../client-kit.ts'

const privateKey = makeHostKey()
const trust = { kind: 'pinned', fingerprint: fingerprintOfKey(privateKey) } as const
const SECRET = 'a secret of this test'
let folder: string
let server: RunningServer
let port = 0
let sessions: ClientSession[]

async function startTheServer(): Promise<void> {
  const started = await startServer(
    {
      dataDir: join(folder, 'server'),
      host: '127.0.0.1',
      port,
      sessionName: 'Field Station',
      admission: { kind: 'secret', secret: SECRET },
      tls: { kind: 'host-key', privateKey },
      // Enough of a history is written at once, by people who have just come.
      hub: { writes: { ...defaultHubOptions.writes, burst: 1_000 } },
    },
    { info() {}, warn() {} },
  )
  if (started.kind === 'failed') throw new Error(started.message)
  server = started
  port = started.port
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'landline-both-'))
  port = 0
  sessions = []
  await startTheServer()
})
afterEach(async () => {
  for (const session of sessions) session.close()
  await server.stop()
  rmSync(folder, { recursive: true, force: true })
})

function person(name: string): ClientSession {
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
      trust,
      dial: dialWebSocket,
      clock: systemClock(),
      // No jitter: a test should not wait for luck.
      random: () => 0.01,
      uuid: () => randomUUID(),
    }),
  )
  sessions.push(session)
  return session
}

/** Resolves when `holds` is true; asked again after every event of the session. */
function until(session: ClientSession, holds: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const stop = session.on((_event: SessionEvent) => check())
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
const sent = (session: ClientSession) => until(session, () => session.view().queued === 0)

function general(session: ClientSession): RoomId {
  const room = session.contents().rooms.find((one) => one.isDefault)
  if (room === undefined) throw new Error('no default room')
  return room.id
}
async function messages(session: ClientSession, room: RoomId): Promise<MessageView[]> {
  const page = value(await session.timeline(room, { limit: 200 }))
  return page.items.filter((item) => item.type === 'message')
}
async function texts(session: ClientSession, room: RoomId): Promise<string[]> {
  return (await messages(session, room)).map((item) => item.text)
}
const head = (session: ClientSession, room: RoomId): number =>
  session.contents().rooms.find((one) => one.id === room)?.headSeq ?? 0

describe('client and server', () => {
  it('two people chat, edit, react and read', async () => {
    const [ada, ben] = [person('Ada'), person('Ben')]
    for (const session of [ada, ben]) session.connect()
    await Promise.all([online(ada), online(ben)])
    const room = general(ada)
    const { message } = value(ada.send(room, 'hello'))
    await sent(ada)
    await until(ben, () => ben.search('hello', 1).length === 1)
    value(ben.react(room, message, '👋'))
    value(ada.edit(room, message, 'hello Ben'))
    await Promise.all([sent(ada), sent(ben)])
    await until(ben, () => ben.search('"hello Ben"', 1).length === 1)
    expect(await messages(ben, room)).toMatchObject([
      { text: 'hello Ben', edited: true, reactions: [{ emoji: '👋' }] },
    ])
    expect(ben.view().unread).toBe(1)
    value(ben.markRead(room, head(ben, room)))
    await until(ada, () => value(ada.reads(room)).some((read) => read.seq === head(ada, room)))
    expect(ben.view().unread).toBe(0)
  })

  it('[D3] [D4] a restarted server gets every queued message once, in order, with no click', async () => {
    const [ada, ben] = [person('Ada'), person('Ben')]
    for (const session of [ada, ben]) session.connect()
    await Promise.all([online(ada), online(ben)])
    const room = general(ada)
    value(ada.send(room, 'before'))
    await sent(ada)
    await server.stop()
    const written = Array.from({ length: 100 }, (_, i) => `queued ${i}`)
    for (const text of written) value(ada.send(room, text))
    expect(ada.view().queued).toBe(100)
    await startTheServer()
    await sent(ada)
    await until(ben, () => ben.contents().rooms.some((one) => one.headSeq === head(ada, room)))
    const expected = ['before', ...written]
    expect(await texts(ada, room)).toEqual(expected)
    expect(await texts(ben, room)).toEqual(expected)
  })

  it('opens direct rooms and groups that others see, and leaves them', async () => {
    const [ada, ben] = [person('Ada'), person('Ben')]
    for (const session of [ada, ben]) session.connect()
    await Promise.all([online(ada), online(ben)])
    const { room } = value(await ada.openDirect([ben.view().self.memberId]))
    expect(value(await ben.openDirect([ada.view().self.memberId])).room).toBe(room)
    expect(ben.contents().rooms.find((one) => one.id === room)?.name).toBe('Ada')
    const group = value(
      await ada.createRoom({ name: 'night watch', topic: '', visibility: 'public', members: [] }),
    ).room
    expect(value(await ben.browseRooms()).map((listing) => listing.name)).toContain('night watch')
    value(await ben.joinRoom(group))
    value(ben.send(group, 'on duty'))
    await sent(ben)
    value(await ben.leaveRoom(group))
    expect(ben.contents().rooms.map((one) => one.id)).not.toContain(group)
    expect(await ada.leaveRoom(general(ada))).toMatchObject({ failure: { kind: 'not-allowed' } })
  })

  it('[D10] a long absence ends in a snapshot, and older history is loaded without a hole', async () => {
    const [ada, ben] = [person('Ada'), person('Ben')]
    for (const session of [ada, ben]) session.connect()
    await Promise.all([online(ada), online(ben)])
    const room = general(ada)
    ben.disconnect()
    const written = Array.from({ length: 700 }, (_, i) => `line ${i}`)
    for (const text of written) value(ada.send(room, text))
    await sent(ada)
    ben.connect()
    await online(ben)
    expect(ben.view().unread).toBe(700)
    const seen: string[] = []
    let before: number | undefined
    for (;;) {
      const page = value(await ben.timeline(room, { before, limit: 100 }))
      seen.unshift(...page.items.flatMap((item) => (item.type === 'message' ? [item.text] : [])))
      before = page.items[0]?.order
      if (page.older !== 'more') break
    }
    expect(seen).toEqual(written)
    value(ben.markRead(room, head(ben, room)))
    expect(ben.view().unread).toBe(0)
  })

  it('[D14] a wrong secret is refused', async () => {
    const stranger = value(
      openClientSession({
        file: join(folder, 'stranger.db'),
        session: { ...server.session, addresses: [`127.0.0.1:${port}`], secret: 'guess' },
        identity: {
          memberId: randomUUID() as string as MemberId,
          deviceKey: randomBytes(32).toString('base64url'),
          memberName: 'Mallory',
          deviceId: randomUUID() as string as DeviceId,
          deviceName: 'laptop',
        },
        trust,
        dial: dialWebSocket,
        clock: systemClock(),
        random: () => 0,
        uuid: () => randomUUID(),
      }),
    )
    sessions.push(stranger)
    stranger.connect()
    await until(stranger, () => stranger.view().connection.state === 'refused')
    expect(stranger.view().connection).toMatchObject({ reason: 'unauthorized' })
  })
})

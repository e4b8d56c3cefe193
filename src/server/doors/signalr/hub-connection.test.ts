import { describe, expect, it } from 'vitest'
import { CloseCode } from '../../../protocol/errors.ts'
import type { DeviceId, Epoch, MemberId, RoomId, SessionId } from '../../../protocol/ids.ts'
import type { ServerMessage } from '../../../protocol/server-messages.ts'
import { type ManualClock, manualClock } from '../../../testing/manual-clock.ts'
import { seededRandom } from '../../../testing/seeded-random.ts'
import type { Socket } from '../../hub/ports.ts'
import { noStay } from '../../hub/token-stays.ts'
import { countingMeter } from '../../ops/counting-meter.ts'
import type { Person } from '../guest/identify.ts'
import { createNameIds } from '../guest/name-ids.ts'
import { createPresentGuests } from '../guest/present-guests.ts'
import type { GuestHub } from '../guests.ts'
import { createRecentIds } from '../recent-ids.ts'
import type { WebSocketLine } from '../web-socket-line.ts'
import { createHubConnection } from './hub-connection.ts'
import { defaultTimes } from './times.ts'

const END = '\u001e'
const random = seededRandom(5)
const [ada, room, epoch, session] = [random.uuid(), random.uuid(), random.uuid(), random.uuid()]

/** A hub that lets everybody in, into one room, and remembers what it was told. */
function smallHub(clock: ManualClock) {
  let socket: Socket | undefined
  const told: string[] = []
  const hub: GuestHub = {
    memberOf: async () => undefined,
    admitGuest(_, its) {
      socket = its
      clock.afterTurn(() =>
        its.send({ type: 'welcome', self: { role: 'member' } } as ServerMessage),
      )
      return {
        receive(frame) {
          if (frame.kind === 'fault') return
          told.push(frame.message.type)
          if (frame.message.type !== 'sync') return
          its.send({
            type: 'people',
            members: [{ id: ada as MemberId, name: 'Ada', role: 'member', presence: 'online' }],
          })
          its.send({
            ...{ type: 'reset', reason: 'new-room', unread: 0, reads: [] },
            room: {
              ...{ id: room as RoomId, kind: 'group', name: 'general', topic: '', head: 3 },
              ...{ visibility: 'public', isDefault: true, members: [ada as MemberId] },
              ...{ epoch: epoch as Epoch, createdAt: 0 },
            },
            page: { messages: [], notices: [], from: 1, to: 3, asOf: 3 },
          })
          its.send({ type: 'synced' })
        },
        pong: () => void told.push('pong'),
        refresh: async () => noStay,
        closed: () => void told.push('closed'),
        isAdmitted: () => true,
      }
    },
  }
  const post = (seq: number, text: string): void =>
    socket?.send({
      ...{ type: 'events', room: room as RoomId, epoch: epoch as Epoch },
      events: [
        {
          ...{ type: 'message.posted', id: random.uuid() as never, seq, at: seq, text },
          actor: ada as MemberId,
        },
      ],
    })
  return { hub, told, post, socket: () => socket! }
}

interface FakeLine extends WebSocketLine {
  closedWith: number | 'cut' | undefined
  /** The messages since the last look. */
  take(): Record<string, unknown>[]
}

function fakeLine(): FakeLine {
  const sent: string[] = []
  const line: FakeLine = {
    address: '10.0.0.1',
    closedWith: undefined,
    send: (data) => void sent.push(String(data)),
    queuedBytes: () => 0,
    onDrained() {},
    ping() {},
    close: (code) => void (line.closedWith ??= code),
    terminate: () => void (line.closedWith ??= 'cut'),
    take: () =>
      sent
        .splice(0)
        .join('')
        .split(END)
        .filter((text) => text !== '')
        .map((text) => JSON.parse(text) as Record<string, unknown>),
  }
  return line
}

async function connected(version: 1 | 2) {
  const clock = manualClock()
  const small = smallHub(clock)
  const line = fakeLine()
  let ended = 0
  const person: Person = {
    ...{ memberId: ada as MemberId, name: 'Ada', roles: [], claims: {}, vouchedBy: 'a test' },
    ...{ isAuthenticated: false, isAnonymous: false },
  }
  const connection = createHubConnection({
    ...{ hub: small.hub, ids: createNameIds(session as SessionId), clock, meter: countingMeter() },
    ...{ uuid: () => random.uuid(), connectionId: 'the connection', person },
    present: createPresentGuests(),
    entered: {
      kind: 'entered',
      identity: { ...person, deviceId: random.uuid() as DeviceId, deviceName: 'a test' },
      leave() {},
    },
    mayResume: true,
    ...{ times: defaultTimes, maxMessageBytes: 131_072, maxQueuedBytes: 200_000 },
    authenticated: createRecentIds(10),
    ended: () => void ended++,
  })
  const say = (message: object, over = line): void =>
    connection.receive(over, Buffer.from(JSON.stringify(message) + END))
  /** Time passes as it does for the door, second by second. */
  const pass = async (seconds: number): Promise<void> => {
    for (let second = 0; second < seconds; second++) {
      await clock.advance(1_000)
      connection.tick()
    }
  }
  connection.attach(line)
  const open = async (): Promise<void> => {
    say({ protocol: 'json', version })
    await clock.settle()
  }
  return { ...small, clock, line, connection, say, pass, open, ended: () => ended }
}

describe('the life of a SignalR connection', () => {
  it('pings when it has said nothing for 15 s, and ends when it has heard nothing for 30 s', async () => {
    const { line, pass, open, ended } = await connected(1)
    await open()
    line.take()
    await pass(14)
    expect(line.take()).toEqual([])
    await pass(1)
    expect(line.take()).toEqual([{ type: 6 }])
    await pass(15)
    expect(line.take().at(-1)).toMatchObject({ type: 7, allowReconnect: true })
    expect([line.closedWith, ended()]).toEqual([4412, 1])
  })

  it('ends when there is no handshake in 15 s', async () => {
    const { line, pass, ended } = await connected(1)
    await pass(15)
    expect([line.take(), line.closedWith, ended()]).toEqual([
      ...[[{ error: 'No handshake in time.' }], 4411, 1],
    ])
  })

  it('ends with its token, and says that a new one may be brought', async () => {
    const { line, open, socket } = await connected(1)
    await open()
    socket().close(CloseCode.unauthorized, 'the token expired')
    expect(line.take().at(-1)).toMatchObject({
      ...{ type: 7, error: 'the token expired', allowReconnect: true },
    })
    expect(line.closedWith).toBe(4401)
  })

  it('keeps a cut connection for 30 s, and answers the hub meanwhile', async () => {
    const { line, connection, pass, open, say, told, post, socket, ended } = await connected(2)
    await open()
    say({ type: 6 })
    line.take()
    connection.lineClosed(line)
    post(4, 'while cut')
    socket().ping()
    expect(told).toContain('pong')
    await pass(29)
    expect(ended()).toBe(0)
    const next = fakeLine()
    expect(connection.mayAttach()).toBe(true)
    connection.attach(next)
    // Welcome was number 1 and not acknowledged yet.
    expect(next.take()).toMatchObject([
      { type: 9, sequenceId: 1 },
      { type: 1, target: 'Welcome' },
      { type: 1, target: 'ReceiveMessage', arguments: [{ message: 'while cut' }] },
    ])
    say({ type: 9, sequenceId: 1 }, next)
    say({ type: 8, sequenceId: 2 }, next)
    connection.lineClosed(next)
    await pass(30)
    expect([ended(), told.at(-1), connection.mayAttach()]).toEqual([1, 'closed', false])
  })

  it('tells a resuming client what it has received, within a second', async () => {
    const { line, pass, open, say } = await connected(2)
    await open()
    expect(line.take()).toEqual([{}])
    // Nothing counted is sent before the client has shown that it counts.
    say({ type: 6 })
    expect(line.take()).toMatchObject([{ target: 'Welcome' }])
    say({ type: 1, invocationId: '1', target: 'GetOnlineUsers', arguments: [] })
    await pass(1)
    expect(line.take()).toMatchObject([
      { type: 3, result: ['Ada'] },
      { type: 8, sequenceId: 1 },
    ])
  })

  it('[D15] ends when more waits for the client than may, cut or not', async () => {
    const { line, connection, open, say, post, ended } = await connected(2)
    await open()
    say({ type: 6 })
    connection.lineClosed(line)
    for (let seq = 4; ended() === 0 && seq < 100; seq++) post(seq, 'x'.repeat(10_000))
    expect(ended()).toBe(1)
    expect(connection.mayAttach()).toBe(false)
  })

  it('does not let a client call, or stream, without measure', async () => {
    const { line, open, say, clock } = await connected(1)
    await open()
    line.take()
    const call = (id: string | undefined) =>
      say({
        ...{ type: 1, target: 'SendMessage', arguments: ['never answered by this hub'] },
        ...(id === undefined ? {} : { invocationId: id }),
      })
    for (let index = 0; index < 1_000; index++) call(String(index))
    await clock.settle()
    expect(line.take()).toEqual([])
    call('one more')
    expect(line.take()).toMatchObject([
      { type: 3, invocationId: 'one more', error: expect.stringMatching(/At most 1000/) },
    ])
    call(undefined)
    expect(line.take()).toMatchObject([{ type: 7, allowReconnect: true }])
    expect(line.closedWith).toBe(4429)
  })

  it('reads at most four streams at a time', async () => {
    const { line, open, say, clock } = await connected(1)
    await open()
    line.take()
    for (const invocationId of ['1', '2', '3', '3', '4', '5']) {
      say({ type: 4, invocationId, target: 'StreamHistory', arguments: ['general', 5] })
    }
    await clock.settle()
    expect(line.take().map(({ invocationId, error }) => [invocationId, error])).toEqual([
      ['3', expect.stringContaining('already in use')],
      ['5', expect.stringContaining('At most 4 streams')],
    ])
  })

  it('closes on what is not of the protocol, and does not ask the client to come again', async () => {
    const { line, open, connection, ended } = await connected(1)
    await open()
    line.take()
    connection.receive(line, Buffer.from(`{"type":1}${END}`))
    const [close] = line.take()
    expect(close).toMatchObject({ type: 7, error: expect.stringMatching(/not of the protocol/) })
    expect(close).not.toHaveProperty('allowReconnect')
    expect([line.closedWith, ended()]).toEqual([4400, 1])
  })
})

/** A real client session on a real SQLite file, facing a scripted server under a manual clock. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type ClientSession,
  type ClientSessionOptions,
  openClientSession,
} from '../client/client-session.ts'
import type { ClientResult } from '../client/result.ts'
import type { SessionEvent } from '../client/views.ts'
import type { DeviceId, Epoch, MemberId, MessageId, RoomId, SessionId } from '../protocol/ids.ts'
import type { Message, RoomEvent, RoomState } from '../protocol/records.ts'
import type { ServerMessageOf } from '../protocol/server-messages.ts'
import { type ManualClock, manualClock } from './manual-clock.ts'
import { type ScriptedConnection, type ScriptedServer, scriptedServer } from './scripted-server.ts'
import { seededRandom } from './seeded-random.ts'

/** A readable id: the number in its last group. */
function numbered(kind: number, n: number): string {
  return `00000000-0000-7000-800${kind}-${n.toString(16).padStart(12, '0')}`
}
export const memberId = (n: number): MemberId => numbered(1, n) as MemberId
export const roomId = (n: number): RoomId => numbered(2, n) as RoomId
export const messageId = (n: number): MessageId => numbered(3, n) as MessageId
export const epochId = (n: number): Epoch => numbered(4, n) as Epoch
export const SESSION = numbered(5, 1) as SessionId
export const SELF = memberId(1)
export const OTHER = memberId(2)
export const ROOM = roomId(1)
export const EPOCH = epochId(1)

export function challenge(): ServerMessageOf<'challenge'> {
  const nonce = `${'n'.repeat(42)}A`
  return { type: 'challenge', version: 3, session: { id: SESSION, name: 'Field Station' }, nonce }
}

export function welcome(): ServerMessageOf<'welcome'> {
  return {
    type: 'welcome',
    version: 3,
    session: { id: SESSION, name: 'Field Station', locked: false, readOnly: false },
    self: { role: 'member' },
    time: 0,
    limits: { textLength: 16_383, frameBytes: 1_048_576, roomNameLength: 80, recoveryEvents: 500 },
    heartbeat: { intervalMs: 30_000, timeoutMs: 10_000 },
  }
}

export function roomState(change: Partial<RoomState> = {}): RoomState {
  return {
    id: ROOM,
    kind: 'group',
    name: 'general',
    topic: '',
    visibility: 'public',
    isDefault: true,
    members: [SELF, OTHER],
    epoch: EPOCH,
    head: 0,
    createdAt: 0,
    ...change,
  }
}

/** A reset whose page holds `messages`; everything from 1 unless said otherwise. */
export function resetOf(
  room: RoomState,
  messages: readonly Message[] = [],
  more: Partial<Pick<ServerMessageOf<'reset'>, 'unread' | 'reads' | 'reason'>> & {
    from?: number
  } = {},
): ServerMessageOf<'reset'> {
  const { from = 1, ...rest } = more
  return {
    type: 'reset',
    reason: 'new-room',
    room,
    page: { messages: [...messages], notices: [], from, to: room.head, asOf: room.head },
    unread: 0,
    reads: [],
    ...rest,
  }
}

export function message(seq: number, change: Partial<Message> = {}): Message {
  return {
    id: messageId(seq),
    seq,
    author: OTHER,
    at: seq,
    text: `text ${seq}`,
    revision: seq,
    reactions: [],
    ...change,
  }
}

export function posted(
  seq: number,
  change: Partial<Extract<RoomEvent, { type: 'message.posted' }>> = {},
): RoomEvent {
  return {
    type: 'message.posted',
    id: messageId(seq),
    seq,
    at: seq,
    actor: OTHER,
    text: `text ${seq}`,
    ...change,
  }
}

export function eventsOf(
  events: readonly RoomEvent[],
  room = ROOM,
  epoch = EPOCH,
): ServerMessageOf<'events'> {
  return { type: 'events', room, epoch, events: [...events] }
}

export function value<Value>(result: ClientResult<Value>): Value {
  if (!result.ok) throw new Error(`${result.failure.kind}: ${result.failure.message}`)
  return result.value
}

export interface ClientKit {
  readonly clock: ManualClock
  readonly server: ScriptedServer
  readonly session: ClientSession
  readonly events: SessionEvent[]
  readonly file: string
  /** Connects up to `synced`, with these frames in between. */
  goOnline(...frames: Parameters<ScriptedConnection['say']>): Promise<ScriptedConnection>
  /** Closes the session as the app does, and opens its file again. */
  reopen(): void
  /** Says something and lets the turn end. */
  hear(...frames: Parameters<ScriptedConnection['say']>): Promise<void>
  dispose(): void
}

export function clientKit(change: Partial<ClientSessionOptions> = {}): ClientKit {
  const folder = mkdtempSync(join(tmpdir(), 'landline-client-'))
  const file = join(folder, 'session.db')
  const clock = manualClock()
  const server = scriptedServer()
  const random = seededRandom(1)
  const events: SessionEvent[] = []
  const open = (): ClientSession => {
    const session = value(
      openClientSession({
        file,
        session: {
          id: SESSION,
          name: 'Field Station',
          addresses: ['10.0.0.1:47800'],
          secret: 'open sesame',
        },
        identity: {
          memberId: SELF,
          memberName: 'Ada',
          deviceId: numbered(6, 1) as DeviceId,
          deviceName: 'laptop',
          deviceKey: random.key(),
        },
        trust: { kind: 'none' },
        dial: server.dial,
        clock,
        random: () => 0.5,
        uuid: () => random.uuid(),
        ...change,
      }),
    )
    session.on((event) => events.push(event))
    return session
  }
  const openOrClean = (): ClientSession => {
    try {
      return open()
    } catch (error) {
      rmSync(folder, { recursive: true, force: true })
      throw error
    }
  }
  let session = openOrClean()

  return {
    clock,
    server,
    get session() {
      return session
    },
    events,
    file,
    async goOnline(...frames) {
      session.connectNow()
      const connection = server.current()
      connection.open()
      connection.say(challenge())
      connection.say(welcome(), { type: 'plan', rooms: 1, events: 0 })
      connection.say(...frames, { type: 'synced' })
      await clock.settle()
      return connection
    },
    reopen() {
      session.close()
      session = open()
    },
    async hear(...frames) {
      server.current().say(...frames)
      await clock.settle()
    },
    dispose() {
      session.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

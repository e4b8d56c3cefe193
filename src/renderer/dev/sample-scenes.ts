import type { ConnectionView, RoomView, SessionView, TimelineItem } from '../../client/views.ts'
import type { AppView, HostingView, Intent } from '../../ipc/contract.ts'
import type { RoomId } from '../../protocol/ids.ts'
import {
  PEOPLE,
  ROOMS,
  SELF,
  memberId,
  messageId,
  roomId,
  sampleSession,
  sessionId,
} from './sample-people.ts'
import { CHAT, ODD, many, message, timeOf } from './sample-messages.ts'

export interface Scene {
  readonly app: AppView
  readonly rooms: readonly RoomView[]
  readonly people: typeof PEOPLE
  readonly timelines: ReadonlyMap<RoomId, readonly TimelineItem[]>
  readonly hosting: HostingView | null
  readonly intent: Intent | null
  readonly typing: readonly number[]
}

const app = (sessions: readonly SessionView[], named = true): AppView => ({
  profile: named ? { name: 'Mara Holm' } : null,
  theme: 'system',
  settings: { stayAwakeWhileHosting: true },
  sessions,
  platform: 'linux',
  versions: { app: '0.1.0', electron: '45.4.1', protocol: 2 },
})

/** Rooms as they stand when their timeline has these items; the opened room is read up to `readSeq`. */
function withHeads(
  rooms: readonly RoomView[],
  items: readonly TimelineItem[],
  readSeq: number,
): readonly RoomView[] {
  const head = Math.max(0, ...items.map((item) => item.seq ?? 0))
  return rooms.map((room) =>
    room.id === roomId(1)
      ? {
          ...room,
          name: 'survey-north',
          topic: rooms[1]?.topic ?? '',
          headSeq: head,
          readSeq,
          unread: head > readSeq ? 1 : 0,
        }
      : room.id === roomId(2)
        ? { ...room, name: 'general', topic: '' }
        : room,
  )
}

const SAMPLES = Array.from({ length: 60 }, (_, index) => ({
  people: 8,
  connections: 8 + Math.round(5 * Math.sin(index / 9) ** 2),
  roundTripMs: 3 + 2 * Math.sin(index / 7) ** 4,
  messagesPerSecond: Math.max(0, 3 + 2.5 * Math.sin(index / 4) + Math.cos(index * 1.7)),
  queuedBytes: index % 13 === 0 ? 4_800 : 0,
  commitMs: 0.4 + 0.3 * Math.abs(Math.sin(index / 3)),
}))

const HOSTING: HostingView = {
  sessionId: sessionId(1),
  name: 'Field Station',
  state: 'running',
  since: timeOf(0, 7, 52),
  invite: 'landline://join?h=192.168.4.23,10.0.0.7&p=47800&s=3uVbq0J2T7mQxZ4rY8dK1w',
  addresses: ['192.168.4.23', '10.0.0.7'],
  port: 47_800,
  doors: false,
  keyWords: ['river', 'lamp', 'cedar', 'nine'],
  devices: [
    ['Mara Holm', 'field-laptop', 0.3],
    ['Sam Adeyemi', 'ThinkPad X1', 2],
    ['Priya Rao', 'MacBook Air', 3],
    ['Tomás Ortega', 'field-tablet', 41],
    ['Nadia Kovač', 'Surface', 5],
    ['Jun Li', 'dotnet-bot', null],
  ].map(([name, deviceName, roundTrip], index) => ({
    memberId: memberId([0, 4, 3, 2, 1, 5][index] ?? 0),
    name: String(name),
    deviceName: String(deviceName),
    address: `192.168.4.${20 + index}`,
    isHost: index === 0,
    since: timeOf(0, 7, 52 + index),
    roundTrip: typeof roundTrip === 'number' ? roundTrip : null,
  })),
  samples: SAMPLES,
}

function chat(more: Partial<Scene> = {}, session: Partial<SessionView> = {}): Scene {
  const items = more.timelines?.get(roomId(1)) ?? CHAT
  return {
    app: app([
      sampleSession(1, 'Field Station', { hosting: true, ...session }),
      sampleSession(2, 'Ward 3 night team', {
        unread: 2,
        unreadDirect: 2,
        connection: { state: 'online' },
      }),
    ]),
    rooms: withHeads(ROOMS, items, 6),
    people: PEOPLE,
    timelines: new Map([[roomId(1), items]]),
    hosting: HOSTING,
    intent: null,
    typing: [1, 5],
    ...more,
  }
}

const unsent = (value: number, text: string): TimelineItem => ({
  ...message(value, 0, timeOf(0, 8, 11), text),
  seq: null,
  order: 1_000_000 + value,
  state: { kind: 'pending' },
})

const connected = (connection: ConnectionView, queued = 0): Scene =>
  chat({ typing: [] }, { hosting: false, connection, queued })

const withDialog = (intent: Intent): Scene => chat({ intent })

const SCENES: Readonly<Record<string, () => Scene>> = {
  chat,
  first: () => chat({ app: app([], false), hosting: null }),
  empty: () =>
    chat({
      rooms: ROOMS.slice(0, 1),
      people: PEOPLE.slice(0, 1),
      timelines: new Map(),
      typing: [],
    }),
  norooms: () => chat({ rooms: [] }),
  offline: () => ({
    ...connected(
      {
        state: 'waiting',
        reason: 'the host does not answer',
        attempt: 3,
        retryAt: Date.now() + 24_000,
      },
      3,
    ),
    timelines: new Map([
      [
        roomId(1),
        [
          ...CHAT,
          unsent(21, 'Leaving at 09:30, back before noon.'),
          unsent(22, 'Radio channel 4 as usual.'),
          unsent(23, 'Camp knows.'),
        ],
      ],
    ]),
  }),
  disconnected: () => connected({ state: 'offline' }),
  'catching-up': () => connected({ state: 'catching-up', received: 120, total: 480 }),
  refused: () => connected({ state: 'refused', reason: 'banned', message: 'banned' }, 2),
  connecting: () => connected({ state: 'connecting', attempt: 2 }, 1),
  odd: () => chat({ timelines: new Map([[roomId(1), ODD]]), typing: [] }),
  many: () => chat({ timelines: new Map([[roomId(1), many(10_000)]]), typing: [] }),
  hosting: () => withDialog({ kind: 'hosting-panel', session: sessionId(1) }),
  'hosting-failed': () => ({
    ...withDialog({ kind: 'hosting-panel', session: sessionId(1) }),
    hosting: {
      ...HOSTING,
      state: 'failed',
      problem:
        'Port 47800 is used by another program. Close it, or start again to use another port.',
      devices: [],
      samples: [],
    },
  }),
  waiting: () => connected({ state: 'awaiting-approval' }),
  'sign-in': () => connected({ state: 'refused', reason: 'token-needed', message: '' }),
  'signed-out': () => connected({ state: 'refused', reason: 'token-ended', message: '' }, 3),
  'sign-in-ends': () => connected({ state: 'online', signInEndsAt: Date.now() + 240_000 }),
  'name-taken': () => connected({ state: 'refused', reason: 'name-taken', message: '' }),
  'read-only': () =>
    chat({ typing: [] }, { hosting: false, readOnly: true, self: { ...SELF, role: 'member' } }),
  moderator: () => chat({}, { hosting: false, self: { ...SELF, role: 'moderator' } }),
  stop: () => withDialog({ kind: 'stop-hosting', session: sessionId(1) }),
  host: () => withDialog({ kind: 'host' }),
  join: () => withDialog({ kind: 'join', invite: 'landline://join?h=10.0.0.7' }),
  'new-group': () => withDialog({ kind: 'new-group' }),
  'new-direct': () => withDialog({ kind: 'new-direct' }),
  jump: () => withDialog({ kind: 'jump' }),
  shortcuts: () => withDialog({ kind: 'shortcuts' }),
  doctor: () => withDialog({ kind: 'doctor' }),
}

export function sceneOf(name: string): Scene {
  return (SCENES[name] ?? chat)()
}

export { messageId }

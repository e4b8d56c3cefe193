import type { PersonView, RoomView, SessionView } from '../../client/views.ts'
import type { MemberId, MessageId, RoomId, SessionId } from '../../protocol/ids.ts'

const uuid = (kind: number, value: number): string =>
  `00000000-0000-7000-8${String(kind).padStart(3, '0')}-${String(value).padStart(12, '0')}`

export const memberId = (value: number): MemberId => uuid(1, value) as MemberId
export const roomId = (value: number): RoomId => uuid(2, value) as RoomId
export const messageId = (value: number): MessageId => uuid(3, value) as MessageId
export const sessionId = (value: number): SessionId => uuid(4, value) as SessionId

export const NAMES = [
  'Mara Holm',
  'Nadia Kovač',
  'Tomás Ortega',
  'Priya Rao',
  'Sam Adeyemi',
  'Jun Li',
  'Elif Bayram',
  'نور الدين',
  '田中 さくら',
  'Wolfgang Amadeus von Hohenzollern-Sigmaringen',
]

export const PEOPLE: readonly PersonView[] = NAMES.map((name, index) => ({
  id: memberId(index),
  name,
  role: index === 0 ? 'host' : index === 3 ? 'moderator' : index === 5 ? 'guest' : 'member',
  isSelf: index === 0,
  presence: index === 2 ? 'away' : index === 6 || index === 9 ? 'offline' : 'online',
  ...(index === 6 ? { lastSeen: Date.now() - 7_200_000 } : {}),
}))

interface GroupOptions {
  readonly topic?: string
  readonly unread?: number
  readonly isPrivate?: boolean
}

export function group(id: number, name: string, options: GroupOptions = {}): RoomView {
  return {
    id: roomId(id),
    kind: 'group',
    name,
    topic: options.topic ?? '',
    visibility: options.isPrivate === true ? 'private' : 'public',
    isDefault: id === 1,
    memberIds: PEOPLE.map((person) => person.id),
    unread: options.unread ?? 0,
    readSeq: 0,
    headSeq: 0,
    draft: '',
    activity: id,
  }
}

export function direct(id: number, others: readonly number[], unread = 0): RoomView {
  return {
    ...group(id, others.map((other) => NAMES[other] ?? '').join(', ')),
    kind: 'direct',
    visibility: 'private',
    memberIds: [memberId(0), ...others.map(memberId)],
    unread,
  }
}

export const ROOMS: readonly RoomView[] = [
  group(1, 'general', { topic: 'Everything that concerns everyone' }),
  group(2, 'survey-north', { topic: 'Daily readings and station plan for the northern ridge' }),
  group(3, 'logistics', { unread: 12 }),
  group(4, 'night-watch', { unread: 2 }),
  group(5, 'announcements'),
  group(6, 'station-leads', { isPrivate: true }),
  direct(11, [1], 1),
  direct(12, [2]),
  direct(13, [5, 3]),
  direct(14, [6]),
]

export const SELF = { memberId: memberId(0), name: NAMES[0] ?? '', role: 'host' } as const

export function sampleSession(
  id: number,
  name: string,
  more: Partial<SessionView> = {},
): SessionView {
  return {
    id: sessionId(id),
    name,
    hosting: false,
    self: SELF,
    locked: false,
    readOnly: false,
    connection: { state: 'online' },
    queued: 0,
    failed: 0,
    unread: 0,
    unreadDirect: 0,
    ...more,
  }
}

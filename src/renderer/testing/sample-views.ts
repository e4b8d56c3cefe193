import type {
  MessageView,
  NoticeView,
  PersonView,
  RoomView,
  SessionView,
} from '../../client/views.ts'
import type { AppView } from '../../ipc/contract.ts'
import type { MemberId, MessageId, RoomId, SessionId } from '../../protocol/ids.ts'

export const ME = 'me' as MemberId
export const ANN = 'ann' as MemberId
export const BEN = 'ben' as MemberId
export const ROOM = 'room' as RoomId
export const OTHER_ROOM = 'other-room' as RoomId
export const SESSION = 'session' as SessionId
export const NOON = new Date(2026, 4, 13, 12, 0).getTime()

export const messageId = (value: number | string): MessageId => `message-${value}` as MessageId

export function message(seq: number, more: Partial<MessageView> = {}): MessageView {
  return {
    type: 'message',
    id: messageId(seq),
    seq,
    order: seq,
    author: ANN,
    at: NOON + seq * 1_000,
    text: `text ${seq}`,
    edited: false,
    deleted: false,
    reactions: [],
    state: { kind: 'sent' },
    ...more,
  }
}

export function pending(name: string, order: number, more: Partial<MessageView> = {}): MessageView {
  return message(0, {
    id: messageId(name),
    seq: null,
    order,
    author: ME,
    text: name,
    state: { kind: 'pending' },
    ...more,
  })
}

export function joined(seq: number, at = NOON): NoticeView {
  const event = {
    seq,
    at,
    actor: BEN,
    id: messageId(seq),
    type: 'member.joined',
    member: BEN,
  } as const
  return { type: 'notice', id: messageId(seq), seq, order: seq, at, event }
}

export function room(more: Partial<RoomView> = {}): RoomView {
  return {
    id: ROOM,
    kind: 'group',
    name: 'general',
    topic: '',
    visibility: 'public',
    isDefault: true,
    memberIds: [ME, ANN, BEN],
    unread: 0,
    readSeq: 0,
    headSeq: 0,
    draft: '',
    activity: 0,
    ...more,
  }
}

export function person(id: MemberId, name: string, more: Partial<PersonView> = {}): PersonView {
  return { id, name, role: 'member', presence: 'online', isSelf: id === ME, ...more }
}

export const PEOPLE: readonly PersonView[] = [
  person(ME, 'Mara Holm'),
  person(ANN, 'Ann Lee'),
  person(BEN, 'Ben Kovač', { presence: 'away' }),
]

export function session(more: Partial<SessionView> = {}): SessionView {
  return {
    id: SESSION,
    name: 'Field Station',
    hosting: false,
    self: { memberId: ME, name: 'Mara Holm', role: 'member' },
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

export function appView(more: Partial<AppView> = {}): AppView {
  return {
    profile: { name: 'Mara Holm' },
    theme: 'system',
    settings: { stayAwakeWhileHosting: true },
    sessions: [session()],
    platform: 'linux',
    versions: { app: '0.1.0', electron: '45.4.1', protocol: 2 },
    ...more,
  }
}

import type {
  MessageView,
  PersonView,
  RoomView,
  SessionView,
  TimelineItem,
  TimelinePage,
} from '../../client/views.ts'
import type { DoctorReport } from '../../doctor/report.ts'
import type { AdminView } from '../../ipc/admin-contract.ts'
import type { AppView, HostingView } from '../../ipc/contract.ts'
import type { FoundSessionView, JoinStep } from '../../ipc/join-views.ts'
import type { MemberId, MessageId, RoomId, SessionId } from '../../protocol/ids.ts'

/** What stands above everything else; at most one at a time. */
export type DialogState =
  | { readonly kind: 'host' }
  | { readonly kind: 'join'; readonly invite: string }
  | { readonly kind: 'hosting'; readonly session: SessionId }
  | { readonly kind: 'stop-hosting'; readonly session: SessionId }
  /** What a moderator who does not host sees of the hosting panel. */
  | { readonly kind: 'manage'; readonly session: SessionId }
  | { readonly kind: 'devices'; readonly session: SessionId }
  | { readonly kind: 'session-name'; readonly session: SessionId }
  | { readonly kind: 'sign-in'; readonly session: SessionId }
  | {
      readonly kind: 'remove-member'
      readonly session: SessionId
      readonly member: MemberId
      readonly ban: boolean
      /** Where it was asked for; it comes back afterwards. */
      readonly from: DialogState | null
    }
  | { readonly kind: 'leave-session'; readonly session: SessionId }
  | { readonly kind: 'new-group' }
  | { readonly kind: 'new-direct' }
  | { readonly kind: 'browse' }
  | { readonly kind: 'add-members'; readonly room: RoomId }
  | { readonly kind: 'leave-room'; readonly room: RoomId }
  | { readonly kind: 'delete-message'; readonly room: RoomId; readonly message: MessageId }
  | { readonly kind: 'jump' }
  | { readonly kind: 'shortcuts' }
  | { readonly kind: 'doctor' }
  | { readonly kind: 'settings' }

export interface TimelineState {
  /** Contiguous, sorted by `order`. */
  readonly items: readonly TimelineItem[]
  readonly older: TimelinePage['older']
  readonly loading: 'newest' | 'older' | null
  /** Why the last load failed, until the next one is tried. */
  readonly problem: string | null
  /** True when it has to be loaded anew; what is there stays on screen until then. */
  readonly stale: boolean
  /** Grows with each reset, so that the answer to an older question is not taken for the new one. */
  readonly generation: number
}

/** What the composer of a room is doing besides writing a new message. */
export type ComposeMode =
  | { readonly kind: 'new' }
  | { readonly kind: 'reply'; readonly to: MessageId }
  | { readonly kind: 'edit'; readonly message: MessageId; readonly text: string }

export interface SessionState {
  readonly rooms: ReadonlyMap<RoomId, RoomView>
  readonly people: ReadonlyMap<MemberId, PersonView>
  /** False until `session.open` answered. */
  readonly contents: 'absent' | 'loading' | 'loaded' | { readonly problem: string }
  readonly activeRoom: RoomId | null
  readonly timelines: ReadonlyMap<RoomId, TimelineState>
  readonly typing: ReadonlyMap<RoomId, readonly MemberId[]>
  readonly reads: ReadonlyMap<RoomId, ReadonlyMap<MemberId, number>>
  /** Text in the composer of each room that was touched in this window; wins over `RoomView.draft`. */
  readonly drafts: ReadonlyMap<RoomId, string>
  readonly modes: ReadonlyMap<RoomId, ComposeMode>
  /** The unread line of a room stands after this number while the room is open. */
  readonly unreadAfter: ReadonlyMap<RoomId, number>
}

export interface AppState {
  readonly phase: 'loading' | 'ready' | { readonly problem: string }
  readonly app: AppView | null
  readonly activeSession: SessionId | null
  readonly sessions: ReadonlyMap<SessionId, SessionState>
  readonly hosting: ReadonlyMap<SessionId, HostingView>
  /** What others announce on the network; kept up to date while `watchFound` is on. */
  readonly found: readonly FoundSessionView[]
  /** How the join this window asked for is coming along. */
  readonly joining: readonly JoinStep[]
  /** What hosts and moderators see, of sessions that are watched. */
  readonly admin: ReadonlyMap<SessionId, AdminView>
  /** What the doctor has found so far; null until it runs. */
  readonly doctor: DoctorReport | null
  readonly dialog: DialogState | null
  /** Right pane. */
  readonly details: boolean
  /** Whether the left panes are shown over the middle in a small window. */
  readonly sidebarOpen: boolean
  /** The window has focus and the newest message of the open room is on screen. */
  readonly attentive: boolean
  /** A message the timeline should bring into view; `count` tells repeated wishes apart. */
  readonly reveal: {
    readonly room: RoomId
    readonly message: MessageId
    readonly count: number
  } | null
}

export const emptySession: SessionState = {
  rooms: new Map(),
  people: new Map(),
  contents: 'absent',
  activeRoom: null,
  timelines: new Map(),
  typing: new Map(),
  reads: new Map(),
  drafts: new Map(),
  modes: new Map(),
  unreadAfter: new Map(),
}

export const emptyTimeline: TimelineState = {
  items: [],
  older: 'none',
  loading: null,
  problem: null,
  stale: true,
  generation: 0,
}

export const initialState: AppState = {
  phase: 'loading',
  app: null,
  activeSession: null,
  sessions: new Map(),
  hosting: new Map(),
  found: [],
  joining: [],
  admin: new Map(),
  doctor: null,
  dialog: null,
  details: false,
  sidebarOpen: false,
  attentive: false,
  reveal: null,
}

export function sessionOf(state: AppState, id: SessionId): SessionState {
  return state.sessions.get(id) ?? emptySession
}

export function sessionViewOf(state: AppState, id: SessionId | null): SessionView | undefined {
  return state.app?.sessions.find((session) => session.id === id)
}

export function isMessage(item: TimelineItem): item is MessageView {
  return item.type === 'message'
}

export function withEntry<Key, Value>(
  map: ReadonlyMap<Key, Value>,
  key: Key,
  value: Value,
): ReadonlyMap<Key, Value> {
  return new Map(map).set(key, value)
}

export function withoutEntry<Key, Value>(
  map: ReadonlyMap<Key, Value>,
  key: Key,
): ReadonlyMap<Key, Value> {
  if (!map.has(key)) return map
  const copy = new Map(map)
  copy.delete(key)
  return copy
}

export function changeSession(
  state: AppState,
  id: SessionId,
  change: (session: SessionState) => SessionState,
): AppState {
  const before = sessionOf(state, id)
  const after = change(before)
  return after === before ? state : { ...state, sessions: withEntry(state.sessions, id, after) }
}

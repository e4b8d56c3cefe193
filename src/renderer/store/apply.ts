import type {
  PersonView,
  ReadView,
  RoomView,
  SessionEvent,
  SessionView,
  TimelineItem,
} from '../../client/views.ts'
import type { AppEvent, Intent } from '../../ipc/contract.ts'
import type { MemberId, RoomId, SessionId } from '../../protocol/ids.ts'
import { withChanges } from './timeline-items.ts'
import { changeSession, emptyTimeline, sessionViewOf, withEntry, withoutEntry } from './state.ts'
import type { AppState, DialogState, SessionState } from './state.ts'

/** The state after one event. Pure: what must be fetched because of it is decided by `reconcile`. */
export function apply(state: AppState, event: AppEvent): AppState {
  switch (event.type) {
    case 'app': {
      const alive = new Set(event.app.sessions.map((session) => session.id))
      const sessions = new Map([...state.sessions].filter(([id]) => alive.has(id)))
      const hosting = new Map([...state.hosting].filter(([id]) => alive.has(id)))
      const admin = new Map([...state.admin].filter(([id]) => alive.has(id)))
      const activeSession =
        state.activeSession !== null && alive.has(state.activeSession)
          ? state.activeSession
          : (event.app.sessions[0]?.id ?? null)
      const next: AppState = { ...state, app: event.app, sessions, hosting, admin, activeSession }
      const opened = event.app.sessions.filter(({ id }) => isOpenedAnew(state, next, id))
      return closeOrphanedDialog(
        opened.reduce((each, { id }) => withoutContents(each, id), next),
        alive,
      )
    }
    case 'hosting':
      return { ...state, hosting: withEntry(state.hosting, event.hosting.sessionId, event.hosting) }
    case 'joining':
      return { ...state, joining: event.steps }
    case 'admin':
      return { ...state, admin: withEntry(state.admin, event.session, event.admin) }
    case 'found':
      return { ...state, found: event.sessions }
    case 'doctor':
      return { ...state, doctor: event.report }
    case 'intent':
      return applyIntent(state, event.intent)
    case 'session-event':
      return applySessionEvent(state, event.session, event.event)
  }
}

/** A batch at once: bursts of messages in one room are merged into its timeline together. */
export function applyAll(state: AppState, events: readonly AppEvent[]): AppState {
  return coalesced(events).reduce(apply, state)
}

type TimelineEvent = Extract<SessionEvent, { type: 'timeline' }>

function additionsOf(event: AppEvent | undefined): TimelineEvent | null {
  if (event?.type !== 'session-event' || event.event.type !== 'timeline') return null
  return event.event.removed.length === 0 ? event.event : null
}

/** Merging costs the length of the timeline, so that one merge for a burst is worth the looking. */
function coalesced(events: readonly AppEvent[]): readonly AppEvent[] {
  const result: AppEvent[] = []
  let burst: TimelineItem[] = []
  for (const event of events) {
    const before = result.at(-1)
    const last = additionsOf(before)
    const next = additionsOf(event)
    const same =
      last !== null &&
      next !== null &&
      last.roomId === next.roomId &&
      before?.type === 'session-event' &&
      event.type === 'session-event' &&
      before.session === event.session
    if (same) {
      burst.push(...next.items)
    } else if (next !== null && event.type === 'session-event') {
      burst = [...next.items]
      result.push({ ...event, event: { ...next, items: burst } })
    } else {
      result.push(event)
    }
  }
  return result
}

/** A session that could not be opened can be now: what it holds is asked for again. */
function isOpenedAnew(before: AppState, after: AppState, id: SessionId): boolean {
  return isShut(sessionViewOf(before, id)) && !isShut(sessionViewOf(after, id))
}

function isShut(session: SessionView | undefined): boolean {
  return session?.connection.state === 'offline' && session.connection.problem !== undefined
}

function withoutContents(state: AppState, id: SessionId): AppState {
  return changeSession(state, id, (session) => ({ ...session, contents: 'absent' }))
}

/** A dialog about a session that is gone would only offer actions that fail. */
function closeOrphanedDialog(state: AppState, alive: ReadonlySet<SessionId>): AppState {
  const { dialog } = state
  if (dialog !== null && 'session' in dialog && !alive.has(dialog.session)) {
    return { ...state, dialog: null }
  }
  return state
}

function dialogOf(intent: Intent): DialogState {
  switch (intent.kind) {
    case 'hosting-panel':
      return { kind: 'hosting', session: intent.session }
    case 'join':
      return { kind: 'join', invite: intent.invite ?? '' }
    case 'host':
    case 'stop-hosting':
    case 'new-group':
    case 'new-direct':
    case 'jump':
    case 'shortcuts':
    case 'doctor':
      return intent
  }
}

function applyIntent(state: AppState, intent: Intent): AppState {
  const next = { ...state, dialog: dialogOf(intent) }
  return intent.kind === 'hosting-panel' ? { ...next, activeSession: intent.session } : next
}

function applySessionEvent(state: AppState, id: SessionId, event: SessionEvent): AppState {
  switch (event.type) {
    case 'session': {
      if (state.app === null) return state
      const known = state.app.sessions.some((session) => session.id === id)
      const sessions = known
        ? state.app.sessions.map((session) => (session.id === id ? event.session : session))
        : [...state.app.sessions, event.session]
      const next = { ...state, app: { ...state.app, sessions } }
      return isOpenedAnew(state, next, id) ? withoutContents(next, id) : next
    }
    case 'rooms':
      return changeSession(state, id, (session) => withRooms(session, event.rooms, state.attentive))
    case 'room-removed':
      return changeSession(state, id, (session) => withoutRoom(session, event.roomId))
    case 'people':
      return changeSession(state, id, (session) => withPeople(session, event.people))
    case 'timeline':
      return changeSession(state, id, (session) => {
        const timeline = session.timelines.get(event.roomId)
        // Never opened in this window: it is loaded whole when it is.
        if (timeline === undefined) return session
        const next = withChanges(timeline, event.items, event.removed)
        return { ...session, timelines: withEntry(session.timelines, event.roomId, next) }
      })
    case 'timeline-reset':
      return changeSession(state, id, (session) => {
        const timeline = session.timelines.get(event.roomId) ?? emptyTimeline
        const { generation } = timeline
        const next = { ...timeline, stale: true, loading: null, generation: generation + 1 }
        return { ...session, timelines: withEntry(session.timelines, event.roomId, next) }
      })
    case 'typing':
      return changeSession(state, id, (session) => ({
        ...session,
        typing: withEntry(session.typing, event.roomId, event.memberIds),
      }))
    case 'reads':
      return changeSession(state, id, (session) =>
        withReads(session, event.roomId, event.positions),
      )
  }
}

/**
 * The unread line of the open room is drawn when something arrives that nobody saw arriving, and it
 * stays where it is until everything was read and that happens again.
 */
function withRooms(
  session: SessionState,
  changed: readonly RoomView[],
  attentive: boolean,
): SessionState {
  const rooms = new Map(session.rooms)
  let { unreadAfter } = session
  for (const room of changed) {
    const before = rooms.get(room.id)
    const becameUnread = room.unread > 0 && (before?.unread ?? 0) === 0
    if (room.id === session.activeRoom && becameUnread && !attentive) {
      unreadAfter = withEntry(unreadAfter, room.id, room.readSeq)
    }
    rooms.set(room.id, room)
  }
  return { ...session, rooms, unreadAfter }
}

function withoutRoom(session: SessionState, id: RoomId): SessionState {
  return {
    ...session,
    rooms: withoutEntry(session.rooms, id),
    timelines: withoutEntry(session.timelines, id),
    typing: withoutEntry(session.typing, id),
    reads: withoutEntry(session.reads, id),
    activeRoom: session.activeRoom === id ? null : session.activeRoom,
  }
}

function withPeople(session: SessionState, changed: readonly PersonView[]): SessionState {
  const people = new Map(session.people)
  for (const person of changed) people.set(person.id, person)
  return { ...session, people }
}

/** Positions only move forward (D18), so an answer that was overtaken by an event changes nothing. */
export function withReads(
  session: SessionState,
  room: RoomId,
  positions: readonly ReadView[],
): SessionState {
  const reads = new Map<MemberId, number>(session.reads.get(room))
  for (const { memberId, seq } of positions) {
    reads.set(memberId, Math.max(seq, reads.get(memberId) ?? 0))
  }
  return { ...session, reads: withEntry(session.reads, room, reads) }
}

import type { MessageId, RoomId, SessionId } from '../../protocol/ids.ts'
import { withReads } from '../store/apply.ts'
import { changeSession, sessionOf, withEntry, withoutEntry } from '../store/state.ts'
import type { AppState, DialogState, SessionState } from '../store/state.ts'
import { trimmed } from '../store/timeline-items.ts'
import type { Drafts } from './drafts.ts'
import { words } from '../words.ts'
import { change } from './ports.ts'
import type { ActionPorts } from './ports.ts'
import type { TimelineLoads } from './timeline-loads.ts'

export interface Navigation {
  openSession(session: SessionId): void
  openRoom(session: SessionId, room: RoomId): void
  /** Opens the room, loads back to the message and asks the timeline to show it. */
  reveal(session: SessionId, room: RoomId, message: MessageId): Promise<void>
  /** The timeline has shown it long enough. */
  revealed(count: number): void
  openDialog(dialog: DialogState): void
  closeDialog(): void
  showDetails(shown: boolean): void
  showSidebar(shown: boolean): void
  setAttentive(attentive: boolean): void
  retryContents(session: SessionId): void
  /** Fetches what the state shows to be missing. Called after every change that may need it. */
  reconcile(): void
}

export function navigation(ports: ActionPorts, drafts: Drafts, loads: TimelineLoads): Navigation {
  const { store, bridge } = ports
  const get = (): AppState => store.getState()

  const setSession = (id: SessionId, next: (session: SessionState) => SessionState): void =>
    change(ports, (state) => changeSession(state, id, next))

  function leaveCurrentRoom(): void {
    const { activeSession } = get()
    if (activeSession === null) return
    const { activeRoom } = sessionOf(get(), activeSession)
    if (activeRoom === null) return
    drafts.flush(activeSession, activeRoom)
    setSession(activeSession, (session) => {
      const timeline = session.timelines.get(activeRoom)
      if (timeline === undefined) return session
      return { ...session, timelines: withEntry(session.timelines, activeRoom, trimmed(timeline)) }
    })
  }

  /** A room that is entered shows its unread line where reading stopped. */
  function enterRoom(id: SessionId, room: RoomId): void {
    setSession(id, (session) => {
      const view = session.rooms.get(room)
      const unreadAfter =
        view !== undefined && view.unread > 0
          ? withEntry(session.unreadAfter, room, view.readSeq)
          : withoutEntry(session.unreadAfter, room)
      return { ...session, activeRoom: room, unreadAfter }
    })
    void bridge.invoke('room.reads', { session: id, room }).then((result) => {
      if (result.ok) setSession(id, (session) => withReads(session, room, result.value))
    })
  }

  async function loadContents(id: SessionId): Promise<void> {
    setSession(id, (session) => ({ ...session, contents: 'loading' }))
    const result = await bridge.invoke('session.open', { session: id })
    setSession(id, (session) => {
      if (!result.ok) return { ...session, contents: { problem: result.failure.message } }
      const rooms = new Map(result.value.rooms.map((room) => [room.id, room]))
      const people = new Map(result.value.people.map((person) => [person.id, person]))
      const activeRoom =
        session.activeRoom !== null && rooms.has(session.activeRoom) ? session.activeRoom : null
      return { ...session, rooms, people, activeRoom, contents: 'loaded' }
    })
    reconcile()
  }

  let reveals = 0

  function reconcile(): void {
    const { activeSession, app } = get()
    if (activeSession === null || app === null) return
    const session = sessionOf(get(), activeSession)
    if (session.contents === 'absent') return void loadContents(activeSession)
    if (session.contents !== 'loaded') return
    if (session.activeRoom === null) {
      const rooms = [...session.rooms.values()]
      const first = rooms.find((room) => room.isDefault) ?? rooms[0]
      if (first === undefined) return
      enterRoom(activeSession, first.id)
      return reconcile()
    }
    const timeline = session.timelines.get(session.activeRoom)
    const wanted = timeline === undefined || (timeline.stale && timeline.problem === null)
    if (wanted && (timeline?.loading ?? null) === null && session.rooms.has(session.activeRoom)) {
      void loads.loadNewest(activeSession, session.activeRoom).then(reconcile)
    }
  }

  function openSession(id: SessionId): void {
    if (get().activeSession !== id) {
      leaveCurrentRoom()
      change(ports, (state) => ({ ...state, activeSession: id, attentive: false }))
      const { activeRoom } = sessionOf(get(), id)
      if (activeRoom !== null) enterRoom(id, activeRoom)
    }
    reconcile()
  }

  function openRoom(id: SessionId, room: RoomId): void {
    const state = get()
    const already = state.activeSession === id && sessionOf(state, id).activeRoom === room
    if (!already) {
      leaveCurrentRoom()
      change(ports, (before) => ({ ...before, activeSession: id, attentive: false }))
      enterRoom(id, room)
    }
    change(ports, (before) => ({ ...before, sidebarOpen: false }))
    reconcile()
  }

  return {
    openSession,
    openRoom,
    reconcile,
    async reveal(session, room, message) {
      openRoom(session, room)
      if (!(await loads.seek(session, room, message))) {
        ports.tell(words.timeline.tooFarBack)
        return
      }
      change(ports, (state) => ({
        ...state,
        reveal: { room, message, count: (reveals += 1) },
      }))
    },
    revealed: (count) =>
      change(ports, (state) =>
        state.reveal?.count === count ? { ...state, reveal: null } : state,
      ),
    openDialog: (dialog) => change(ports, (state) => ({ ...state, dialog })),
    closeDialog: () => change(ports, (state) => ({ ...state, dialog: null })),
    showDetails: (details) => change(ports, (state) => ({ ...state, details })),
    showSidebar: (sidebarOpen) => change(ports, (state) => ({ ...state, sidebarOpen })),
    setAttentive: (attentive) =>
      change(ports, (state) => (state.attentive === attentive ? state : { ...state, attentive })),
    retryContents(id) {
      setSession(id, (session) => ({ ...session, contents: 'absent' }))
      reconcile()
    },
  }
}

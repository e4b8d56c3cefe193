import type { MessageId, RoomId, SessionId } from '../../protocol/ids.ts'
import { changeSession, emptyTimeline, sessionOf, withEntry } from '../store/state.ts'
import type { TimelineState } from '../store/state.ts'
import { withNewestPage, withOlderPage } from '../store/timeline-items.ts'
import { change } from './ports.ts'
import type { ActionPorts } from './ports.ts'

const PAGE_ITEMS = 60
/** While looking for one message far up, larger pages need fewer questions. */
const SEEK_ITEMS = 200
const SEEK_PAGES = 50

export interface TimelineLoads {
  loadNewest(session: SessionId, room: RoomId): Promise<void>
  loadOlder(session: SessionId, room: RoomId): Promise<void>
  /** Loads back to a message; false when it is not in this device's reach. */
  seek(session: SessionId, room: RoomId, message: MessageId): Promise<boolean>
}

export function timelineLoads(ports: ActionPorts): TimelineLoads {
  const timelineOf = (session: SessionId, room: RoomId): TimelineState =>
    sessionOf(ports.store.getState(), session).timelines.get(room) ?? emptyTimeline

  function set(
    session: SessionId,
    room: RoomId,
    next: (timeline: TimelineState) => TimelineState,
  ): void {
    change(ports, (state) =>
      changeSession(state, session, (before) => {
        // A room that was left while its page was on the way stays gone.
        if (!before.rooms.has(room)) return before
        const timeline = next(before.timelines.get(room) ?? emptyTimeline)
        return { ...before, timelines: withEntry(before.timelines, room, timeline) }
      }),
    )
  }

  async function load(session: SessionId, room: RoomId, kind: 'newest' | 'older', limit: number) {
    const asked = timelineOf(session, room)
    if (asked.loading !== null) return
    const before = kind === 'older' ? asked.items[0]?.order : undefined
    if (kind === 'older' && (before === undefined || asked.older === 'none')) return
    set(session, room, (timeline) => ({ ...timeline, loading: kind, problem: null }))
    const result = await ports.bridge.invoke('timeline.load', {
      session,
      room,
      limit,
      ...(before === undefined ? {} : { before }),
    })
    set(session, room, (timeline) => {
      if (timeline.generation !== asked.generation) return timeline
      if (!result.ok) return { ...timeline, loading: null, problem: result.failure.message }
      return kind === 'newest'
        ? withNewestPage(timeline, result.value)
        : withOlderPage(timeline, result.value)
    })
  }

  return {
    loadNewest: (session, room) => load(session, room, 'newest', PAGE_ITEMS),
    loadOlder: (session, room) => load(session, room, 'older', PAGE_ITEMS),
    async seek(session, room, message) {
      for (let page = 0; page < SEEK_PAGES; page += 1) {
        const timeline = timelineOf(session, room)
        if (timeline.items.some((item) => item.id === message)) return true
        if (timeline.stale) await load(session, room, 'newest', SEEK_ITEMS)
        else if (timeline.older === 'more') await load(session, room, 'older', SEEK_ITEMS)
        else return false
        if (timelineOf(session, room).problem !== null) return false
      }
      return false
    },
  }
}

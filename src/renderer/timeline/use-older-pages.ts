import { useEffect, useState } from 'react'
import type { RefObject } from 'react'
import type { RoomId, SessionId } from '../../protocol/ids.ts'
import { useActions } from '../app/context.ts'
import type { TimelineState } from '../store/state.ts'

/** Older pages are asked for this far before their place comes into view. */
const AHEAD_PX = 1_600
/** Closer to the top than this, a state of older history is worth showing. */
const NEAR_PX = 240

export interface OlderPages {
  readonly near: boolean
  readonly onScroll: () => void
  readonly retry: () => void
}

export function useOlderPages(
  session: SessionId,
  room: RoomId,
  timeline: TimelineState,
  scroller: RefObject<HTMLDivElement | null>,
): OlderPages {
  const { timeline: loads } = useActions()
  const [near, setNear] = useState(false)
  const { older, loading, problem, items } = timeline
  const wanted = older === 'more' && loading === null && problem === null

  // A page may be too short to fill the pane, or the person may already be at the top of it.
  useEffect(() => {
    const element = scroller.current
    if (element === null || items.length === 0 || !wanted) return
    const short = element.scrollHeight <= element.clientHeight + NEAR_PX
    if (short || element.scrollTop < NEAR_PX) void loads.loadOlder(session, room)
  }, [scroller, wanted, loads, session, room, items.length])

  return {
    near,
    onScroll() {
      const top = scroller.current?.scrollTop ?? Number.POSITIVE_INFINITY
      setNear(top < NEAR_PX)
      if (wanted && top < AHEAD_PX) void loads.loadOlder(session, room)
    },
    retry: () => void loads.loadOlder(session, room),
  }
}

import type { TimelineItem } from '../../client/views.ts'
import type { MessageId } from '../../protocol/ids.ts'
import type { TimelineState } from './state.ts'

/** A timeline nobody looks at keeps this many of its newest items. */
const KEPT_WHEN_CLOSED = 100

/** Sorted by `order`, each id once; of two with the same id the later one wins. */
function merged(
  older: readonly TimelineItem[],
  newer: readonly TimelineItem[],
): readonly TimelineItem[] {
  if (newer.length === 0) return older
  const latest = new Map(newer.map((item) => [item.id, item]))
  const kept = older.filter((item) => !latest.has(item.id))
  return [...kept, ...latest.values()].sort((a, b) => a.order - b.order)
}

/**
 * Applies changed, new and removed items. A change to something older than what is loaded is left
 * out: showing it would leave a hole before the next item, and loading that stretch brings it.
 */
export function withChanges(
  timeline: TimelineState,
  changed: readonly TimelineItem[],
  removed: readonly MessageId[],
): TimelineState {
  const first = timeline.items[0]
  const known = new Set(timeline.items.map((item) => item.id))
  const reachesStart = timeline.older === 'none' && !timeline.stale
  const fitting =
    first === undefined || reachesStart
      ? changed
      : changed.filter((item) => known.has(item.id) || item.order > first.order)
  const gone = new Set(removed)
  const items = merged(timeline.items, fitting).filter((item) => !gone.has(item.id))
  return { ...timeline, items }
}

/** The newest page replaces everything: what was loaded before may not adjoin it. */
export function withNewestPage(
  timeline: TimelineState,
  page: { readonly items: readonly TimelineItem[]; readonly older: TimelineState['older'] },
): TimelineState {
  return { ...timeline, ...page, loading: null, problem: null, stale: false }
}

export function withOlderPage(
  timeline: TimelineState,
  page: { readonly items: readonly TimelineItem[]; readonly older: TimelineState['older'] },
): TimelineState {
  return {
    ...timeline,
    items: merged(page.items, timeline.items),
    older: page.older,
    loading: null,
    problem: null,
  }
}

export function trimmed(timeline: TimelineState): TimelineState {
  if (timeline.items.length <= KEPT_WHEN_CLOSED || timeline.loading !== null) return timeline
  return { ...timeline, items: timeline.items.slice(-KEPT_WHEN_CLOSED), older: 'more' }
}

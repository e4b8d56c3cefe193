import type { AppEvent } from '../../ipc/contract.ts'
import type { SessionEvent } from '../../client/views.ts'

/**
 * Events on their way to a window, merged while they wait: a burst of a thousand messages becomes one
 * list per room. Events keep their order, except that one merges into an earlier event about the same
 * thing when nothing in between removes or replaces anything.
 */
export interface EventQueue {
  push(event: AppEvent): void
  /** The oldest events, about `limit` items in all, no fewer than one event while there is one. */
  take(limit: number): AppEvent[]
  readonly isEmpty: boolean
  /** Forgets what a window that loads anew learns by asking; intents stay, since nothing repeats them. */
  clearAllButIntents(): void
}

/** A merged list longer than this is closed, so that one event never is a frame the window chokes on. */
export const MAX_MERGED_ITEMS = 250

export function createEventQueue(): EventQueue {
  let waiting: AppEvent[] = []
  /** Where an event of each key may still be merged into. */
  let open = new Map<string, number>()

  return {
    push(event) {
      const key = mergeKey(event)
      if (key === null) {
        open.clear()
        waiting.push(event)
        return
      }
      const index = open.get(key)
      const earlier = index === undefined ? undefined : waiting[index]
      const merged = earlier === undefined ? null : merge(earlier, event)
      if (index !== undefined && merged !== null) {
        waiting[index] = merged
        return
      }
      open.set(key, waiting.length)
      waiting.push(event)
    },
    take(limit) {
      let size = 0
      let count = 0
      for (const event of waiting) {
        size += itemCount(event)
        if (count > 0 && size > limit) break
        count += 1
      }
      const batch = waiting.slice(0, count)
      waiting = waiting.slice(count)
      // Positions have moved; what comes next starts new entries.
      open = new Map()
      return batch
    },
    get isEmpty() {
      return waiting.length === 0
    },
    clearAllButIntents() {
      waiting = waiting.filter((event) => event.type === 'intent')
      open = new Map()
    },
  }
}

/** Events of one key replace or extend each other; null stands for an event nothing may cross. */
function mergeKey(event: AppEvent): string | null {
  switch (event.type) {
    case 'app':
    case 'intent':
      return null
    case 'found':
    case 'doctor':
    case 'joining':
      return event.type
    case 'admin':
      return `admin ${event.session}`
    case 'hosting':
      return `hosting ${event.hosting.sessionId}`
    case 'session-event': {
      const inner = sessionKey(event.event)
      return inner === null ? null : `${event.session} ${inner}`
    }
  }
}

function sessionKey(event: SessionEvent): string | null {
  switch (event.type) {
    case 'session':
    case 'rooms':
    case 'people':
      return event.type
    case 'timeline':
    case 'typing':
    case 'reads':
      return `${event.type} ${event.roomId}`
    case 'room-removed':
    case 'timeline-reset':
      return null
  }
}

function merge(earlier: AppEvent, later: AppEvent): AppEvent | null {
  if (earlier.type === 'found' && later.type === 'found') return later
  if (earlier.type === 'doctor' && later.type === 'doctor') return later
  if (earlier.type === 'joining' && later.type === 'joining') return later
  if (earlier.type === 'admin' && later.type === 'admin') return later
  if (earlier.type === 'hosting' && later.type === 'hosting') return later
  if (earlier.type !== 'session-event' || later.type !== 'session-event') return null
  const event = mergeSession(earlier.event, later.event)
  if (event === null || sessionItemCount(event) > MAX_MERGED_ITEMS) return null
  return { ...later, event }
}

function mergeSession(earlier: SessionEvent, later: SessionEvent): SessionEvent | null {
  if (earlier.type === 'session' && later.type === 'session') return later
  if (earlier.type === 'typing' && later.type === 'typing') return later
  if (earlier.type === 'rooms' && later.type === 'rooms') {
    return { ...later, rooms: mergeBy(earlier.rooms, later.rooms, (room) => room.id) }
  }
  if (earlier.type === 'people' && later.type === 'people') {
    return { ...later, people: mergeBy(earlier.people, later.people, (person) => person.id) }
  }
  if (earlier.type === 'reads' && later.type === 'reads') {
    return { ...later, positions: mergeBy(earlier.positions, later.positions, (p) => p.memberId) }
  }
  if (earlier.type === 'timeline' && later.type === 'timeline') {
    const gone = new Set(later.removed)
    const back = new Set(later.items.map((item) => item.id))
    return {
      ...later,
      items: mergeBy(
        earlier.items.filter((item) => !gone.has(item.id)),
        later.items,
        (item) => item.id,
      ),
      removed: [
        ...earlier.removed.filter((id) => !back.has(id) && !gone.has(id)),
        ...later.removed,
      ],
    }
  }
  return null
}

/** The later value of each id, in the place where the id first appeared. */
function mergeBy<Item>(
  earlier: readonly Item[],
  later: readonly Item[],
  id: (item: Item) => string,
): Item[] {
  const merged = new Map(earlier.map((item) => [id(item), item]))
  for (const item of later) merged.set(id(item), item)
  return [...merged.values()]
}

function itemCount(event: AppEvent): number {
  return event.type === 'session-event' ? sessionItemCount(event.event) : 1
}

function sessionItemCount(event: SessionEvent): number {
  switch (event.type) {
    case 'rooms':
      return event.rooms.length
    case 'people':
      return event.people.length
    case 'timeline':
      return event.items.length + event.removed.length
    case 'reads':
      return event.positions.length
    case 'session':
    case 'room-removed':
    case 'timeline-reset':
    case 'typing':
      return 1
  }
}

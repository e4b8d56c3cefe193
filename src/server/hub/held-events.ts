import type { RoomEvent } from '../../protocol/records.ts'
import type { Room } from './rooms.ts'

/** Events of other nodes that came before the ones they follow. */
export interface HeldEvents {
  /** Takes events in and answers with those that come next; the others are kept for a while. */
  take(room: Room, events: readonly RoomEvent[]): readonly RoomEvent[]
  /** Those that come next now. */
  next(room: Room): readonly RoomEvent[]
  /** Number of the last one that is kept, 0 without any. */
  highest(room: Room): number
}

/** Kept at most, over all rooms: whatever is let go is read from the store. */
const MAX_HELD = 5_000

export function createHeldEvents(): HeldEvents {
  const byRoom = new Map<Room, Map<number, RoomEvent>>()
  /** Numbers that were let go still tell how far the room is. */
  const highest = new Map<Room, number>()
  let count = 0

  function next(room: Room): RoomEvent[] {
    const held = byRoom.get(room)
    if (held === undefined) return []
    for (const seq of held.keys()) if (seq <= room.head && held.delete(seq)) count--
    const events: RoomEvent[] = []
    for (let seq = room.head + 1; ; seq++) {
      const event = held.get(seq)
      if (event === undefined) break
      held.delete(seq)
      count--
      events.push(event)
    }
    if (held.size === 0) byRoom.delete(room)
    return events
  }

  function forgetAll(): void {
    byRoom.clear()
    count = 0
  }

  return {
    next,
    highest(room) {
      const seq = highest.get(room) ?? 0
      if (seq <= room.head) highest.delete(room)
      return seq
    },
    take(room, events) {
      const isNext = events.every(({ seq }, index) => seq === room.head + 1 + index)
      if (isNext && !byRoom.has(room)) return events
      if (count + events.length > MAX_HELD) forgetAll()
      const held = byRoom.get(room) ?? new Map<number, RoomEvent>()
      byRoom.set(room, held)
      for (const event of events) {
        if (event.seq <= room.head || held.has(event.seq)) continue
        held.set(event.seq, event)
        count++
      }
      const last = events.at(-1)?.seq ?? 0
      if (last > (highest.get(room) ?? 0)) highest.set(room, last)
      return next(room)
    },
  }
}

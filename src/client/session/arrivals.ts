import type { RoomId } from '../../protocol/ids.ts'
import type { Clock } from '../clock.ts'

/** The server says «done» and sends the room apart from it, in either order: waiters meet the room here. */
const PATIENCE_MS = 10_000

export interface Arrivals {
  /** Resolves when the room is in the replica, or after a while without it. */
  untilHere(room: RoomId): Promise<void>
  arrived(room: RoomId): void
  gone(room: RoomId): void
  close(): void
}

export function createArrivals(clock: Clock): Arrivals {
  const waiting = new Map<RoomId, Set<() => void>>()

  function arrived(room: RoomId): void {
    const finishers = waiting.get(room)
    waiting.delete(room)
    for (const finish of finishers ?? []) finish()
  }

  return {
    untilHere: (room) =>
      new Promise((resolve) => {
        const finishers = waiting.get(room) ?? new Set()
        waiting.set(room, finishers)
        const cancel = clock.after(PATIENCE_MS, finish)
        function finish(): void {
          cancel()
          finishers.delete(finish)
          resolve()
        }
        finishers.add(finish)
      }),
    arrived,
    gone: arrived,
    close() {
      for (const room of waiting.keys()) arrived(room)
    },
  }
}

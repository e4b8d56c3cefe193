import type { ClientMessage } from '../../protocol/client-messages.ts'
import type { MessageId, RoomId } from '../../protocol/ids.ts'
import type { Clock } from '../clock.ts'
import type { OutboxRows } from '../local-db/outbox-rows.ts'

/** Writes of one room that may be on their way unanswered: enough to fill a link, few enough to go back. */
export const WINDOW = 32

/** Sends what waits, first-in first-out per room (D2); each room by itself. */
export interface Drain {
  /** The connection is live: everything that waits is sent, from the head (D5). */
  start(): void
  /** The connection is gone: what was not answered is sent again on the next one (D4). */
  stop(): void
  /** A write was put in the room's queue, or may be sent now. */
  pump(room: RoomId): void
  /** The write needs no more answer; `pump` then fills its place. */
  answered(room: RoomId, id: MessageId): void
  /**
   * The server did not look at it, and drops every later one of the room: go back to it after the delay. If
   * it was settled meanwhile by its event, to the first one that still waits.
   */
  held(room: RoomId, id: MessageId, retryAfterMs: number): void
}

/** Longest wait a server is believed. */
const MAX_HOLD_MS = 60_000

interface Lane {
  readonly inFlight: Map<MessageId, number>
  sentUpTo: number
  cancelHold: (() => void) | null
}

export function createDrain(
  outbox: OutboxRows,
  clock: Pick<Clock, 'after'>,
  send: (message: ClientMessage) => boolean,
): Drain {
  const lanes = new Map<RoomId, Lane>()
  let live = false

  function laneOf(room: RoomId): Lane {
    let lane = lanes.get(room)
    if (lane === undefined) {
      lane = { inFlight: new Map(), sentUpTo: 0, cancelHold: null }
      lanes.set(room, lane)
    }
    return lane
  }

  function pump(room: RoomId): void {
    if (!live) return
    const lane = laneOf(room)
    if (lane.cancelHold !== null) return
    const free = WINDOW - lane.inFlight.size
    if (free <= 0) return
    for (const { id, n, operation } of outbox.waiting(room, lane.sentUpTo, free)) {
      const head = lane.inFlight.size === 0 ? ({ head: true } as const) : {}
      if (!send({ type: 'submit', id, room, operation, ...head })) return
      lane.inFlight.set(id, n)
      lane.sentUpTo = n
    }
    if (lane.inFlight.size === 0) lanes.delete(room)
  }

  function stop(): void {
    live = false
    for (const lane of lanes.values()) lane.cancelHold?.()
    lanes.clear()
  }

  return {
    start() {
      stop()
      live = true
      for (const room of outbox.roomsWaiting()) pump(room)
    },
    stop,
    pump,
    answered(room, id) {
      lanes.get(room)?.inFlight.delete(id)
    },
    held(room, id, retryAfterMs) {
      const lane = lanes.get(room)
      if (lane === undefined) return
      const n = lane.inFlight.get(id) ?? Math.min(...lane.inFlight.values())
      for (const [later, position] of lane.inFlight) {
        if (position >= n) lane.inFlight.delete(later)
      }
      lane.sentUpTo = Math.min(lane.sentUpTo, n - 1)
      lane.cancelHold?.()
      lane.cancelHold = clock.after(Math.min(retryAfterMs, MAX_HOLD_MS), () => {
        lane.cancelHold = null
        // Only that very write, or one with `head`, ends the hold: if it was settled meanwhile, begin anew.
        if (outbox.waiting(room, lane.sentUpTo, 1)[0]?.id !== id && lane.inFlight.size > 0) {
          lane.sentUpTo = Math.min(lane.sentUpTo, ...lane.inFlight.values()) - 1
          lane.inFlight.clear()
        }
        pump(room)
      })
    },
  }
}

import { MAX_PAGE_BYTES } from '../../protocol/limits.ts'
import type { MessagePage, RoomEvent } from '../../protocol/records.ts'
import type { ServerMessageOf } from '../../protocol/server-messages.ts'
import type { Store } from './ports.ts'
import type { Room } from './rooms.ts'
import { eventWeight, messageWeight } from './weight.ts'

/** A snapshot carries the room's members and read positions as well, and must fit one frame with them. */
const SNAPSHOT_PAGE_BYTES = MAX_PAGE_BYTES / 2
/** Kept at most, over all rooms; by `eventWeight`. */
const MAX_KEPT_BYTES = 64 * MAX_PAGE_BYTES
/** What an answer takes besides its events, by estimate: after a restart there is one for each of thousands of rooms. */
const ANSWER_BYTES = 1_000

/**
 * What recovering connections are sent, built once and shared by all that stand at the same place. Valid
 * until the room's next event, because a delete scrubs older ones.
 */
export interface CatchUpFrames {
  /** The events after `after`, up to the head; `gone` when they are not in the store any more. */
  eventsAfter(room: Room, after: number): Promise<ServerMessageOf<'events'> | 'gone'>
  newestPage(room: Room): Promise<MessagePage>
  /** The room has a new event. */
  forget(room: Room): void
}

interface Kept {
  readonly answers: Map<string, Promise<unknown>>
  /** The longest run of events that reaches the head: whoever stands further on is sent a part of it. */
  tail: { readonly after: number; readonly head: number; readonly events: RoomEvent[] } | undefined
  bytes: number
}

export function createCatchUpFrames(
  store: Pick<Store, 'eventsAfter' | 'page'>,
  limits: { readonly events: number; readonly pageMessages: number },
): CatchUpFrames {
  const byRoom = new Map<Room, Kept>()
  let bytes = 0

  function share<Value>(
    room: Room,
    key: string,
    load: (kept: Kept) => Promise<Value>,
    weightOf: (value: Value) => number,
  ): Promise<Value> {
    let kept = byRoom.get(room)
    const known = kept?.answers.get(key) as Promise<Value> | undefined
    if (known !== undefined) return known
    if (kept === undefined) {
      kept = { answers: new Map(), tail: undefined, bytes: 0 }
      byRoom.set(room, kept)
    }
    const loading = load(kept)
    kept.answers.set(key, loading)
    loading.then(
      (value) => weigh(room, kept, ANSWER_BYTES + weightOf(value)),
      // A fault is not kept: the next one who asks tries again.
      () => forget(room),
    )
    return loading
  }

  function weigh(room: Room, kept: Kept, weight: number): void {
    if (byRoom.get(room) !== kept) return
    kept.bytes += weight
    bytes += weight
    if (bytes <= MAX_KEPT_BYTES) return
    byRoom.clear()
    bytes = 0
  }

  function forget(room: Room): void {
    bytes -= byRoom.get(room)?.bytes ?? 0
    byRoom.delete(room)
  }

  async function load(room: Room, after: number, kept: Kept): Promise<RoomEvent[] | 'gone'> {
    const { head } = room
    const { tail } = kept
    if (tail?.head === head && tail.after <= after) return tail.events.slice(after - tail.after)
    // Not beyond the head: later events are committed but not yet published, and follow as such.
    const limit = Math.min(limits.events, head - after)
    const range = await store.eventsAfter(room.id, after, limit, MAX_PAGE_BYTES)
    if (range.kind === 'gone' || range.events.length === 0) return 'gone'
    const events = [...range.events]
    if (events.at(-1)?.seq === head) kept.tail = { after, head, events }
    return events
  }

  return {
    forget,
    eventsAfter: (room, after) =>
      share<ServerMessageOf<'events'> | 'gone'>(
        room,
        `events ${after} ${room.head}`,
        async (kept) => {
          const events = await load(room, after, kept)
          if (events === 'gone') return 'gone'
          return { type: 'events', room: room.id, epoch: room.epoch, events }
        },
        (answer) => (answer === 'gone' ? 0 : sum(answer.events.map(eventWeight))),
      ),
    newestPage: (room) =>
      share(
        room,
        `page ${room.head}`,
        () => store.page(room.id, room.head + 1, limits.pageMessages, SNAPSHOT_PAGE_BYTES),
        ({ messages, notices }) => sum(messages.map(messageWeight)) + sum(notices.map(eventWeight)),
      ),
  }
}

const sum = (weights: readonly number[]): number =>
  weights.reduce((total, weight) => total + weight, 0)

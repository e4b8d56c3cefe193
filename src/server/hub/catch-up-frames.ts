import { MAX_PAGE_BYTES } from '../../protocol/limits.ts'
import type { MessagePage } from '../../protocol/records.ts'
import type { ServerMessageOf } from '../../protocol/server-messages.ts'
import type { Store } from './ports.ts'
import type { Room } from './rooms.ts'

/** A snapshot carries the room's members and read positions as well, and must fit one frame with them. */
const SNAPSHOT_PAGE_BYTES = MAX_PAGE_BYTES / 2
/** Kept at most, over all rooms; each holds up to about `MAX_PAGE_BYTES`. */
const MAX_KEPT = 64

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

export function createCatchUpFrames(
  store: Pick<Store, 'eventsAfter' | 'page'>,
  limits: { readonly events: number; readonly pageMessages: number },
): CatchUpFrames {
  const kept = new Map<Room, Map<string, Promise<unknown>>>()
  let count = 0

  function share<Value>(room: Room, key: string, load: () => Promise<Value>): Promise<Value> {
    let ofRoom = kept.get(room)
    const known = ofRoom?.get(key) as Promise<Value> | undefined
    if (known !== undefined) return known
    if (count >= MAX_KEPT) {
      kept.clear()
      count = 0
      ofRoom = undefined
    }
    if (ofRoom === undefined) {
      ofRoom = new Map()
      kept.set(room, ofRoom)
    }
    const loading = load()
    ofRoom.set(key, loading)
    count++
    // A fault is not kept: the next one who asks tries again.
    loading.catch(() => forget(room))
    return loading
  }

  function forget(room: Room): void {
    const ofRoom = kept.get(room)
    if (ofRoom === undefined) return
    count -= ofRoom.size
    kept.delete(room)
  }

  return {
    forget,
    eventsAfter: (room, after) =>
      share(room, `events ${after} ${room.head}`, async () => {
        // Not beyond the head: later events are committed but not yet published, and follow as such.
        const limit = Math.min(limits.events, room.head - after)
        const range = await store.eventsAfter(room.id, after, limit, MAX_PAGE_BYTES)
        if (range.kind === 'gone' || range.events.length === 0) return 'gone'
        return { type: 'events', room: room.id, epoch: room.epoch, events: [...range.events] }
      }),
    newestPage: (room) =>
      share(room, `page ${room.head}`, () =>
        store.page(room.id, room.head + 1, limits.pageMessages, SNAPSHOT_PAGE_BYTES),
      ),
  }
}

import type { MemberId, RoomId } from '../../protocol/ids.ts'
import { MAX_PAGE_MESSAGES } from '../../protocol/limits.ts'
import type { RoomEvent } from '../../protocol/records.ts'
import type { ServerMessageOf } from '../../protocol/server-messages.ts'
import { isStorageFault, storageWords } from '../local-db/database.ts'
import type { Replica } from '../local-db/replica.ts'
import type { RoomRow } from '../local-db/rooms.ts'
import type { Requests } from '../requests.ts'
import type { Settlement } from '../outbox/settle.ts'
import { type ClientResult, fail, succeed } from '../result.ts'
import type { Changes } from '../view/changes.ts'
import { applyEvent } from './apply-event.ts'
import { targetOf } from './sync.ts'
import { unreadAfter } from './unread.ts'

/** Loads what is older than the local database reaches (D10), page by page, without a hole. */
export interface History {
  /** Extends the room's loaded range downwards by one page. */
  load(room: RoomId): Promise<ClientResult<null>>
  /** Told of every change to a message that is not loaded. */
  skipped(room: RoomId, event: RoomEvent): void
}

export function createHistory(options: {
  readonly replica: Replica
  readonly self: MemberId
  readonly changes: Changes
  readonly settlement: Settlement
  readonly requests: Requests
}): History {
  const { changes, replica, requests, self, settlement } = options
  const { messages, notices, outbox, reactions, rooms } = replica
  const loading = new Map<
    RoomId,
    { readonly promise: Promise<ClientResult<null>>; readonly skipped: RoomEvent[] }
  >()

  /**
   * While the page was on its way, events newer than it may have been applied; those that change its messages
   * were skipped, as the messages were not here. They are applied now, so the page need not be asked for again.
   */
  function apply(
    asked: RoomRow,
    { epoch, page }: ServerMessageOf<'page'>,
    skipped: readonly RoomEvent[],
  ): boolean {
    const room = rooms.get(asked.id)
    if (room === undefined || room.epoch !== epoch) return false
    // A reset replaced the room meanwhile, or the page does not meet what is loaded.
    if (room.loaded_from !== asked.loaded_from || page.to < room.loaded_from - 1) return false
    // Older than what was known when it was asked for (another node's view): of no use.
    if (page.asOf < asked.cursor) return false
    for (const message of page.messages) {
      messages.fold(room.id, message)
      reactions.replace(message.id, message.reactions)
      if (outbox.has(message.id)) settlement.seen(message.id)
    }
    for (const notice of page.notices) notices.put(room.id, notice)
    const loaded = new Set(page.messages.map((message) => message.id))
    for (const event of skipped) {
      const target = targetOf(event)
      if (event.seq > page.asOf && target !== undefined && loaded.has(target)) {
        applyEvent(replica, changes, self, room, event)
      }
    }
    rooms.setLoadedFrom(room.id, Math.min(page.from, room.loaded_from))
    const unread = unreadAfter(replica, self, room.id, room.read_seq, room.unread)
    if (unread !== room.unread) {
      rooms.setUnread(room.id, unread)
      changes.room(room.id)
    }
    return true
  }

  async function fetch(room: RoomId, skipped: RoomEvent[]): Promise<ClientResult<null>> {
    const asked = rooms.get(room)
    if (asked === undefined || asked.loaded_from <= 1) return succeed(null)
    const result = await requests.ask({
      type: 'history',
      room,
      before: asked.loaded_from,
      limit: MAX_PAGE_MESSAGES,
    })
    if (!result.ok) return result
    const { value } = result
    if (value.type !== 'page') return fail('unexpected', 'The host did not answer as expected.')
    try {
      const applied = replica.database.write(() => apply(asked, value, skipped))
      return applied
        ? succeed(null)
        : fail('unavailable', 'The history changed meanwhile. Try again.')
    } catch (error) {
      if (!isStorageFault(error)) throw error
      return fail('internal', storageWords(error))
    }
  }

  return {
    load(room) {
      const running = loading.get(room)
      if (running !== undefined) return running.promise
      const skipped: RoomEvent[] = []
      const promise = fetch(room, skipped).finally(() => loading.delete(room))
      loading.set(room, { promise, skipped })
      return promise
    },
    skipped: (room, event) => void loading.get(room)?.skipped.push(event),
  }
}

import type { ClientMessage } from '../../protocol/client-messages.ts'
import type { Epoch, MemberId, MessageId, RoomId } from '../../protocol/ids.ts'
import type { RoomEvent } from '../../protocol/records.ts'
import type { ServerMessageOf } from '../../protocol/server-messages.ts'
import type { Replica } from '../local-db/replica.ts'
import type { Settlement } from '../outbox/settle.ts'
import type { Changes } from '../view/changes.ts'
import { applyEvent } from './apply-event.ts'
import { unreadAfter } from './unread.ts'

/** No log has this epoch, so a `catch-up` that names it is answered with the whole room (`reset`). */
const NO_EPOCH = '00000000-0000-0000-0000-000000000000' as Epoch

/** Applies what the server tells of rooms to the replica. Every call runs inside a transaction. */
export interface Sync {
  events(frame: ServerMessageOf<'events'>): void
  reset(frame: ServerMessageOf<'reset'>): void
  /** The person is no longer in the room. */
  gone(room: RoomId): void
  reads(frame: ServerMessageOf<'reads'>): void
  /** A new connection: nothing that was asked for on the old one will come. */
  restart(): void
}

export interface SyncOptions {
  readonly replica: Replica
  readonly self: MemberId
  readonly changes: Changes
  readonly settlement: Settlement
  /** Sends once the transaction is on disk. */
  readonly ask: (message: ClientMessage) => void
  /** The room is here now, in whole. */
  readonly arrived: (room: RoomId) => void
  readonly wasGone: (room: RoomId) => void
  /** Somebody posted, so they are no longer typing. */
  readonly posted: (room: RoomId, member: MemberId) => void
  /** A change to a message that is not loaded: a page that is on its way may be older than it. */
  readonly skipped: (room: RoomId, event: RoomEvent) => void
}

export function createSync(options: SyncOptions): Sync {
  const { changes, replica, self, settlement } = options
  const { messages, notices, outbox, reads, rooms } = replica
  /** Rooms whose missing events were asked for and did not come yet (D9). */
  const asked = new Set<RoomId>()

  function ask(room: RoomId, epoch: Epoch, after: number): void {
    if (asked.has(room)) return
    asked.add(room)
    options.ask({ type: 'catch-up', room, epoch, after })
  }

  function events({ room: id, epoch, events }: ServerMessageOf<'events'>): void {
    const room = rooms.get(id)
    if (room === undefined || room.left_it === 1) {
      const last = events.at(-1)
      const mine = last?.type === 'member.left' && last.member === self
      if (!mine) ask(id, NO_EPOCH, 0)
      return
    }
    if (room.epoch !== epoch) return ask(id, room.epoch, room.cursor)

    let { cursor, unread } = room
    let active = false
    let leftAt: RoomEvent | undefined
    for (const event of events) {
      if (event.seq <= cursor) continue
      if (event.seq !== cursor + 1) {
        ask(id, epoch, cursor)
        break
      }
      if (event.actor === self && outbox.has(event.id)) settlement.seen(event.id)
      const applied = applyEvent(replica, changes, self, room, event)
      cursor = event.seq
      unread = Math.max(0, unread + applied.unread)
      active ||= applied.activity
      asked.delete(id)
      if (applied.skipped) options.skipped(id, event)
      if (event.type === 'message.posted') options.posted(id, event.actor)
      leftAt = event.type === 'member.left' && event.member === self ? event : undefined
    }
    if (cursor === room.cursor) return
    // The cursor moves in the transaction that applied the events (D7).
    rooms.setCursor(id, cursor)
    if (unread !== room.unread) rooms.setUnread(id, unread)
    if (active) rooms.touch(id)
    changes.room(id)
    if (leftAt !== undefined) gone(id)
  }

  function reset({ room: state, page, unread, reads: told }: ServerMessageOf<'reset'>): void {
    const before = rooms.get(state.id)
    asked.delete(state.id)
    messages.removeNumbered(state.id)
    notices.removeAll(state.id)
    for (const message of page.messages) {
      messages.fold(state.id, message)
      replica.reactions.replace(message.id, message.reactions)
      if (outbox.has(message.id)) settlement.seen(message.id)
    }
    for (const notice of page.notices) notices.put(state.id, notice)

    const toldSeq = told.find(([member]) => member === self)?.[1] ?? 0
    // Numbers of another epoch mean nothing in this one (D6).
    const sameLog = before?.epoch === state.epoch
    const readSeq = Math.min(state.head, Math.max(toldSeq, sameLog ? before.read_seq : 0))
    reads.removeAll(state.id)
    for (const [member, seq] of told) reads.advance(state.id, member, seq)
    rooms.put(state, {
      // A page read before the head was known leaves its difference to the log.
      cursor: Math.min(state.head, page.asOf),
      loaded_from: page.from,
      unread,
      read_seq: readSeq,
      activity: rooms.nextActivity(),
    })
    rooms.setUnread(state.id, unreadAfter(replica, self, state.id, readSeq, unread))
    changes.room(state.id)
    changes.timelineReset(state.id)
    options.arrived(state.id)
  }

  function gone(id: RoomId): void {
    asked.delete(id)
    if (rooms.get(id) === undefined) return
    // What was not sent stays in sight, to be copied or discarded (D5).
    rooms.markLeft(id)
    changes.room(id)
    settlement.purgeIfLeft(id)
    options.wasGone(id)
  }

  return {
    events,
    reset,
    gone,
    reads({ room: id, positions }) {
      const room = rooms.get(id)
      if (room === undefined) return
      const moved = positions.filter(([member, seq]) => reads.advance(id, member, seq))
      if (moved.length > 0) {
        changes.reads(
          id,
          moved.map(([member]) => member),
        )
      }
      const mine = positions.find(([member]) => member === self)?.[1] ?? 0
      if (mine <= room.read_seq) return
      rooms.setReadSeq(id, mine)
      rooms.setUnread(id, unreadAfter(replica, self, id, mine, room.unread))
      changes.room(id)
    },
    restart: () => asked.clear(),
  }
}

/** The message an event changes, when it changes one. */
export function targetOf(event: RoomEvent): MessageId | undefined {
  return 'target' in event ? event.target : undefined
}

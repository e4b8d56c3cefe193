import type Database from 'better-sqlite3'
import type { MemberId, MessageId, RoomId } from '../../../protocol/ids.ts'
import type {
  Message,
  MessagePage,
  Notice,
  ReadPosition,
  RoomEvent,
} from '../../../protocol/records.ts'
import type { EventRange } from '../../hub/ports.ts'
import { eventWeight, messageWeight } from '../../hub/weight.ts'
import { MAX_PAGE_NOTICES } from '../page-limits.ts'
import { eventOf, type EventRow, isNotice } from '../event-rows.ts'

/** Columns of an `EventRow`; join `members a` on the actor and `events t` on the target. */
export const EVENT_COLUMNS =
  'e.seq, e.id, a.id AS actor, e.at, e.type, t.id AS target, e.text, e.extra'
export const EVENT_JOINS =
  'JOIN members a ON a.num = e.actor LEFT JOIN events t ON t.num = e.target'

type Revision = {
  readonly text: string
  readonly editedAt: number | null
  readonly deleted: number
  readonly revision: number
}

export interface LogReader {
  eventsAfter(room: RoomId, after: number, limit: number, maxBytes: number): EventRange
  page(room: RoomId, before: number, limit: number, maxBytes: number): MessagePage
  unread(room: RoomId, member: MemberId, after: number, upTo: number): number
  reads(room: RoomId): ReadPosition[]
}

export function createLogReader(db: Database.Database): LogReader {
  // `+?`: SQLite plans a statement anew for each value of a bare `?` in a join, which costs more than running it.
  const sql = {
    room: db.prepare<[string], { num: number; head: number }>(
      'SELECT num, head FROM rooms WHERE id = ?',
    ),
    after: db.prepare<[number, number, number], EventRow>(
      `SELECT ${EVENT_COLUMNS} FROM events e ${EVENT_JOINS}
       WHERE e.room = +? AND e.seq > +? ORDER BY e.seq LIMIT +?`,
    ),
    // What people see: posts and notices; edits, deletes and reactions have a target.
    before: db.prepare<[number, number], EventRow & { num: number }>(
      `SELECT e.num, ${EVENT_COLUMNS} FROM events e ${EVENT_JOINS}
       WHERE e.room = +? AND e.seq < +? AND e.target IS NULL ORDER BY e.seq DESC`,
    ),
    revision: db.prepare<[number], Revision>(
      'SELECT text, edited_at AS editedAt, deleted, revision FROM revisions WHERE message = ?',
    ),
    reactions: db.prepare<[number], { emoji: string; member: MemberId }>(
      `SELECT r.emoji, m.id AS member FROM reactions r JOIN members m ON m.num = r.member
       WHERE r.message = +? ORDER BY r.seq`,
    ),
    unread: db.prepare<[number, number, number, string], { count: number }>(
      `SELECT count(*) AS count FROM events e LEFT JOIN revisions v ON v.message = e.num
       WHERE e.room = +? AND e.seq > +? AND e.seq <= +? AND e.type = 'message.posted'
         AND e.actor <> (SELECT num FROM members WHERE id = ?) AND coalesce(v.deleted, 0) = 0`,
    ),
    reads: db.prepare<[string], { member: MemberId; seq: number }>(
      `SELECT m.id AS member, r.seq FROM reads r JOIN members m ON m.num = r.member
       WHERE r.room = (SELECT num FROM rooms WHERE id = ?)`,
    ),
  }

  function roomOf(id: RoomId): { num: number; head: number } {
    const room = sql.room.get(id)
    if (room === undefined) throw new Error('a room that is not in the store was read')
    return room
  }

  function messageOf(num: number, event: Extract<RoomEvent, { type: 'message.posted' }>): Message {
    const revision = sql.revision.get(num)
    const reactions = new Map<string, MemberId[]>()
    for (const { emoji, member } of sql.reactions.all(num)) {
      reactions.set(emoji, [...(reactions.get(emoji) ?? []), member])
    }
    return {
      id: event.id,
      seq: event.seq,
      author: event.actor,
      at: event.at,
      text: revision?.text ?? event.text,
      ...(event.replyTo === undefined ? {} : { replyTo: event.replyTo as MessageId }),
      ...(typeof revision?.editedAt === 'number' ? { editedAt: revision.editedAt } : {}),
      ...(revision?.deleted === 1 ? { deleted: true as const } : {}),
      revision: revision?.revision ?? event.seq,
      reactions: [...reactions].map(([emoji, members]) => ({ emoji, members })),
    }
  }

  return {
    eventsAfter(id, after, limit, maxBytes) {
      const events: RoomEvent[] = []
      let weight = 0
      for (const row of sql.after.iterate(roomOf(id).num, after, limit)) {
        const event = eventOf(row)
        weight += eventWeight(event)
        if (events.length > 0 && weight > maxBytes) break
        events.push(event)
      }
      const first = events[0]
      return first !== undefined && first.seq !== after + 1
        ? { kind: 'gone' }
        : { kind: 'events', events }
    },

    page(id, before, limit, maxBytes) {
      const room = roomOf(id)
      const messages: Message[] = []
      const notices: Notice[] = []
      const to = Math.min(before - 1, room.head)
      let from = 1
      let weight = 0
      for (const row of sql.before.iterate(room.num, before)) {
        const event = eventOf(row)
        // As people see it now: an edit or reactions can make much of a short post.
        const message = event.type === 'message.posted' ? messageOf(row.num, event) : undefined
        weight += message === undefined ? eventWeight(event) : messageWeight(message)
        const full = messages.length >= limit || notices.length >= MAX_PAGE_NOTICES
        if (full || (weight > maxBytes && messages.length + notices.length > 0)) {
          from = Math.min(messages.at(-1)?.seq ?? Infinity, notices.at(-1)?.seq ?? Infinity)
          break
        }
        if (message !== undefined) messages.push(message)
        else if (isNotice(event)) notices.push(event)
      }
      return {
        messages: messages.toReversed(),
        notices: notices.toReversed(),
        from,
        to: Math.max(to, 0),
        asOf: room.head,
      }
    },

    unread: (room, member, after, upTo) =>
      sql.unread.get(roomOf(room).num, after, upTo, member)?.count ?? 0,

    reads: (room) => sql.reads.all(room).map(({ member, seq }): ReadPosition => [member, seq]),
  }
}

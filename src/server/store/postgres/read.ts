import type { MemberId, RoomId } from '../../../protocol/ids.ts'
import type { Message, MessagePage, Notice, RoomEvent } from '../../../protocol/records.ts'
import type { EventRange, Store } from '../../hub/ports.ts'
import { eventWeight, messageWeight } from '../../hub/weight.ts'
import { eventOf, type EventRow, isNotice } from '../event-rows.ts'
import { MAX_PAGE_NOTICES } from '../page-limits.ts'
import type { PostgresDatabase, Session } from './database.ts'
import { unpackText } from './packed-text.ts'

/** Rows asked for at a time: long texts must not fill the memory before the limit of bytes is seen. */
const CHUNK = 100

const EVENT_COLUMNS = 'e.seq, e.id, e.actor, e.at, e.type, e.target, e.text, e.extra'

interface PageRow extends EventRow {
  readonly revisedText: string | null
  readonly editedAt: number | null
  readonly deleted: boolean | null
  readonly revision: number | null
  /** In the order they were given. */
  readonly reactions: readonly { readonly emoji: string; readonly member: MemberId }[] | null
}

export function createLogReader(
  db: PostgresDatabase,
): Pick<Store, 'eventsAfter' | 'page' | 'unread' | 'reads'> {
  async function chunkAfter(room: RoomId, after: number, limit: number): Promise<RoomEvent[]> {
    const rows = await db.read<EventRow>({
      name: 'events-after',
      text: `SELECT ${EVENT_COLUMNS} FROM events e
        WHERE e.room = $1 AND e.seq > $2 ORDER BY e.seq LIMIT $3`,
      values: [room, after, limit],
    })
    return rows.map(unpacked).map(eventOf)
  }

  return {
    async eventsAfter(room, after, limit, maxBytes): Promise<EventRange> {
      const events: RoomEvent[] = []
      let weight = 0
      while (events.length < limit) {
        const from = events.at(-1)?.seq ?? after
        const wanted = Math.min(CHUNK, limit - events.length)
        const chunk = await chunkAfter(room, from, wanted)
        const first = events[0] ?? chunk[0]
        if (first !== undefined && first.seq !== after + 1) return { kind: 'gone' }
        for (const event of chunk) {
          weight += eventWeight(event)
          if (events.length > 0 && weight > maxBytes) return { kind: 'events', events }
          events.push(event)
        }
        if (chunk.length < wanted) break
      }
      return { kind: 'events', events }
    },

    page: (room, before, limit, maxBytes) =>
      db.snapshot((session) => readPage(session, { room, before, limit, maxBytes })),

    async unread(room, member, after, upTo) {
      const rows = await db.read<{ count: number }>({
        name: 'unread',
        text: `SELECT count(*) AS count FROM events e LEFT JOIN revisions v ON v.message = e.id
          WHERE e.room = $1 AND e.seq > $2 AND e.seq <= $3 AND e.type = 'message.posted'
            AND e.actor <> $4 AND coalesce(v.deleted, false) = false`,
        values: [room, after, upTo, member],
      })
      return rows[0]?.count ?? 0
    },

    async reads(room) {
      const rows = await db.read<{ member: MemberId; seq: number }>({
        name: 'reads',
        text: 'SELECT member, seq FROM reads WHERE room = $1',
        values: [room],
      })
      return rows.map(({ member, seq }) => [member, seq])
    },
  }
}

async function readPage(
  session: Session,
  asked: { room: RoomId; before: number; limit: number; maxBytes: number },
): Promise<MessagePage> {
  const [room] = await session.query<{ head: number }>({
    name: 'head',
    text: 'SELECT head FROM rooms WHERE id = $1',
    values: [asked.room],
  })
  if (room === undefined) throw new Error('a room that is not in the store was read')
  const to = Math.max(0, Math.min(asked.before - 1, room.head))
  const messages: Message[] = []
  const notices: Notice[] = []
  let weight = 0
  let from = 1
  const done = (): MessagePage => ({
    messages: messages.toReversed(),
    notices: notices.toReversed(),
    ...{ from, to, asOf: room.head },
  })

  for (let before = to + 1; before > 1;) {
    const rows = await session.query<PageRow>({
      name: 'page',
      // What people see: posts and notices; edits, deletes and reactions have a target.
      text: `SELECT ${EVENT_COLUMNS}, v.text AS "revisedText", v.edited_at AS "editedAt", v.deleted,
          v.revision,
          (SELECT json_agg(json_build_object('emoji', r.emoji, 'member', r.member) ORDER BY r.seq)
            FROM reactions r WHERE r.message = e.id) AS reactions
        FROM events e LEFT JOIN revisions v ON v.message = e.id
        WHERE e.room = $1 AND e.seq < $2 AND e.target IS NULL ORDER BY e.seq DESC LIMIT $3`,
      values: [asked.room, before, CHUNK],
    })
    for (const row of rows) {
      const event = eventOf(unpacked(row))
      // As people see it now: an edit or reactions can make much of a short post.
      const message = event.type === 'message.posted' ? messageOf(row, event) : undefined
      weight += message === undefined ? eventWeight(event) : messageWeight(message)
      const full = messages.length >= asked.limit || notices.length >= MAX_PAGE_NOTICES
      if (full || (weight > asked.maxBytes && messages.length + notices.length > 0)) {
        from = Math.min(messages.at(-1)?.seq ?? Infinity, notices.at(-1)?.seq ?? Infinity)
        return done()
      }
      if (message !== undefined) messages.push(message)
      else if (isNotice(event)) notices.push(event)
    }
    if (rows.length < CHUNK) break
    before = rows.at(-1)?.seq ?? 1
  }
  return done()
}

function messageOf(row: PageRow, event: Extract<RoomEvent, { type: 'message.posted' }>): Message {
  const reactions = new Map<string, MemberId[]>()
  for (const { emoji: packed, member } of row.reactions ?? []) {
    const emoji = unpackText(packed)
    const members = reactions.get(emoji)
    if (members === undefined) reactions.set(emoji, [member])
    else members.push(member)
  }
  return {
    id: event.id,
    seq: event.seq,
    author: event.actor,
    at: event.at,
    text: row.revisedText === null ? event.text : unpackText(row.revisedText),
    ...(event.replyTo === undefined ? {} : { replyTo: event.replyTo }),
    ...(row.editedAt === null ? {} : { editedAt: row.editedAt }),
    ...(row.deleted === true ? { deleted: true as const } : {}),
    revision: row.revision ?? event.seq,
    reactions: [...reactions].map(([emoji, members]) => ({ emoji, members })),
  }
}

function unpacked(row: EventRow): EventRow {
  return row.text === null ? row : { ...row, text: unpackText(row.text) }
}

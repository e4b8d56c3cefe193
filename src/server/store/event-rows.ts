import { roomEventSchema } from '../../protocol/records.ts'
import type { Notice, RoomEvent } from '../../protocol/records.ts'

/** One row of `events`, with ids in place of numbers. */
export interface EventRow {
  readonly seq: number
  readonly id: string
  readonly actor: string
  readonly at: number
  readonly type: string
  readonly target: string | null
  readonly text: string | null
  readonly extra: string | null
}

/** What goes into the columns `type`, `text` and `extra`. */
export function bodyOf(event: RoomEvent): { text: string | null; extra: string | null } {
  // Nearly all there is.
  if (event.type === 'message.posted' && event.replyTo === undefined) {
    return { text: event.text, extra: null }
  }
  const { seq: _seq, at: _at, actor: _actor, id: _id, type: _type, ...body } = event
  const { text, target: _target, ...extra } = body as Record<string, unknown>
  return {
    text: typeof text === 'string' ? text : null,
    extra: Object.keys(extra).length === 0 ? null : JSON.stringify(extra),
  }
}

/**
 * Rows were written by `bodyOf` from events the schema had passed; what a disk gives back is still checked
 * for the parts that could break a reader, by the schema of the wire.
 */
export function eventOf(row: EventRow): RoomEvent {
  const extra = row.extra === null ? {} : (JSON.parse(row.extra) as Record<string, unknown>)
  const event = {
    seq: row.seq,
    at: row.at,
    actor: row.actor,
    id: row.id,
    type: row.type,
    ...(row.target === null ? {} : { target: row.target }),
    ...(row.text === null ? {} : { text: row.text }),
    ...extra,
  }
  // Posts are nearly all there is, and their parts have column types: no schema is needed to trust them.
  return row.type === 'message.posted' && row.extra === null
    ? (event as RoomEvent)
    : roomEventSchema.parse(event)
}

/** What people see as a line between messages. */
export function isNotice(event: RoomEvent): event is Notice {
  return event.type.startsWith('room.') || event.type.startsWith('member.')
}

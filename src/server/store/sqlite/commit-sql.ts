import type Database from 'better-sqlite3'
import type { MemberId } from '../../../protocol/ids.ts'
import type { RoomKind, Visibility } from '../../../protocol/records.ts'
import type { Original } from '../ledger.ts'

export interface RoomRow {
  num: number
  kind: RoomKind
  name: string
  topic: string
  visibility: Visibility
  isDefault: number
  epoch: string
  head: number
}

export interface TargetRow {
  readonly num: number
  readonly author: MemberId
  /** 0 or 1. */
  readonly deleted: number
}

interface ReactionCounts {
  readonly all: number
  readonly different: number
  /** 0 or 1. */
  readonly known: number
}

export type CommitStatements = ReturnType<typeof prepareCommit>

export function prepareCommit(db: Database.Database) {
  // `+?`: SQLite plans a statement anew for each value of a bare `?` in a join, which costs more than running it.
  return {
    room: db.prepare<[string], RoomRow>(
      `SELECT num, kind, name, topic, visibility, is_default AS isDefault, epoch, head
       FROM rooms WHERE id = ?`,
    ),
    setHead: db.prepare<[number, number]>('UPDATE rooms SET head = ? WHERE num = ?'),
    member: db.prepare<[string], { num: number }>('SELECT num FROM members WHERE id = ?'),
    device: db.prepare<[string], { num: number }>('SELECT num FROM devices WHERE id = ?'),
    membership: db.prepare<[number, string], unknown>(
      `SELECT 1 FROM room_members JOIN members ON num = member WHERE room = +? AND id = +?`,
    ),
    // By position: looking ten names up costs as much as the row.
    insertEvent: db.prepare<(string | number | null | undefined)[]>(
      `INSERT INTO events (room, seq, id, device, actor, at, type, target, text, extra)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
    ),
    byId: db.prepare<[string], Original>(
      `SELECT e.seq, e.at, d.id AS device, r.id AS room FROM events e
       JOIN devices d ON d.num = e.device JOIN rooms r ON r.num = e.room WHERE e.id = +?`,
    ),
    target: db.prepare<[string, number], TargetRow>(
      `SELECT e.num, a.id AS author, coalesce(v.deleted, 0) = 1 AS deleted FROM events e
       JOIN members a ON a.num = e.actor LEFT JOIN revisions v ON v.message = e.num
       WHERE e.id = +? AND e.room = +? AND e.type = 'message.posted'`,
    ),
    edited: db.prepare<[number, string, number, number]>(
      `INSERT INTO revisions (message, text, edited_at, deleted, revision) VALUES (?, ?, ?, 0, ?)
       ON CONFLICT (message) DO UPDATE SET
         text = excluded.text, edited_at = excluded.edited_at, revision = excluded.revision`,
    ),
    deleted: db.prepare<[number, number]>(
      `INSERT INTO revisions (message, text, edited_at, deleted, revision) VALUES (?, '', NULL, 1, ?)
       ON CONFLICT (message) DO UPDATE SET text = '', deleted = 1, revision = excluded.revision`,
    ),
    scrub: db.prepare<[number, number]>(
      `UPDATE events SET text = '' WHERE num = ? OR (target = ? AND type = 'message.edited')`,
    ),
    dropReactions: db.prepare<[number]>('DELETE FROM reactions WHERE message = ?'),
    addReaction: db.prepare<[number, string, number | undefined, number]>(
      'INSERT INTO reactions (message, emoji, member, seq) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
    ),
    reactionsOf: db.prepare<[string, number], ReactionCounts>(
      `SELECT count(*) AS "all", count(DISTINCT emoji) AS different,
         coalesce(max(emoji = ?), 0) AS known
       FROM reactions WHERE message = ?`,
    ),
    removeReaction: db.prepare<[number, string, number | undefined]>(
      'DELETE FROM reactions WHERE message = ? AND emoji = ? AND member = ?',
    ),
    insertRoom: db.prepare<[Record<string, string | number | null>]>(
      `INSERT INTO rooms
         (id, kind, name, topic, visibility, is_default, epoch, head, created_at, member_set)
       VALUES (@id, @kind, @name, @topic, @visibility, @isDefault, @epoch, 0, @createdAt, @memberSet)`,
    ),
    roomLike: db.prepare<[string | null, number], { id: string }>(
      'SELECT id FROM rooms WHERE member_set = ? OR (is_default = 1 AND ? = 1)',
    ),
    creator: db.prepare<[number], { id: MemberId }>(
      `SELECT a.id FROM events e JOIN members a ON a.num = e.actor WHERE e.room = +? AND e.seq = 1`,
    ),
    renameRoom: db.prepare<[string, string, number]>(
      'UPDATE rooms SET name = ?, topic = ? WHERE num = ?',
    ),
    join: db.prepare<[number, number]>('INSERT INTO room_members (room, member) VALUES (?, ?)'),
    leave: db.prepare<[number, number]>('DELETE FROM room_members WHERE room = ? AND member = ?'),
    setRead: db.prepare<[number, number, number]>(
      `INSERT INTO reads (room, member, seq) VALUES (?, ?, ?)
       ON CONFLICT (room, member) DO UPDATE SET seq = excluded.seq WHERE seq < excluded.seq`,
    ),
  }
}

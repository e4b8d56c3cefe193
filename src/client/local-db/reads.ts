import type { MemberId, RoomId } from '../../protocol/ids.ts'
import type { ReadView } from '../views.ts'
import type { LocalDatabase } from './database.ts'

/** Read positions as the server told them; this person's own newest one is the room's `read_seq`. */
export interface Reads {
  of(room: RoomId): readonly ReadView[]
  get(room: RoomId, member: MemberId): number
  /** False when it is not ahead of what is known: positions only move forward (D18). */
  advance(room: RoomId, member: MemberId, seq: number): boolean
  removeAll(room: RoomId): void
  /** Rooms in which this person has read further than the server knows. */
  unsent(self: MemberId): readonly { readonly room: RoomId; readonly seq: number }[]
}

export function readsIn(database: LocalDatabase): Reads {
  const of = database.prepare<ReadView>(
    'SELECT member AS memberId, seq FROM read_position WHERE room = ? ORDER BY member',
  )
  const get = database.prepare<{ seq: number }>(
    'SELECT seq FROM read_position WHERE room = ? AND member = ?',
  )
  const advance = database.prepare(`
    INSERT INTO read_position VALUES (?, ?, ?)
    ON CONFLICT (room, member) DO UPDATE SET seq = excluded.seq WHERE excluded.seq > seq`)
  const removeAll = database.prepare('DELETE FROM read_position WHERE room = ?')
  const unsent = database.prepare<{ room: RoomId; seq: number }>(`
    SELECT room.id AS room, room.read_seq AS seq FROM room
    LEFT JOIN read_position AS told ON told.room = room.id AND told.member = ?
    WHERE room.left_it = 0 AND room.read_seq > coalesce(told.seq, 0)`)
  return {
    of: (room) => of.all(room),
    get: (room, member) => get.get(room, member)?.seq ?? 0,
    advance: (room, member, seq) => advance.run(room, member, seq).changes > 0,
    removeAll: (room) => void removeAll.run(room),
    unsent: (self) => unsent.all(self),
  }
}

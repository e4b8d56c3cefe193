import type { RoomId } from '../../protocol/ids.ts'
import { type Notice, noticeSchema } from '../../protocol/records.ts'
import type { LocalDatabase } from './database.ts'

export interface Notices {
  put(room: RoomId, notice: Notice): void
  get(room: RoomId, seq: number): Notice | undefined
  /** Up to `limit` of the room in [from, before), newest first. */
  before(room: RoomId, from: number, before: number, limit: number): readonly Notice[]
  removeAll(room: RoomId): void
}

export function noticesIn(database: LocalDatabase): Notices {
  const put = database.prepare('INSERT OR REPLACE INTO notice VALUES (?, ?, ?)')
  const get = database.prepare<{ event: string }>(
    'SELECT event FROM notice WHERE room = ? AND seq = ?',
  )
  const before = database.prepare<{ event: string }>(
    'SELECT event FROM notice WHERE room = ? AND seq >= ? AND seq < ? ORDER BY seq DESC LIMIT ?',
  )
  const removeAll = database.prepare('DELETE FROM notice WHERE room = ?')
  return {
    put: (room, notice) => void put.run(room, notice.seq, JSON.stringify(notice)),
    get(room, seq) {
      const row = get.get(room, seq)
      return row === undefined ? undefined : read(row.event)
    },
    before: (room, from, end, limit) =>
      before
        .all(room, from, end, limit)
        .map((row) => read(row.event))
        .filter((notice) => notice !== undefined),
    removeAll: (room) => void removeAll.run(room),
  }
}

/** A row a later or broken version wrote is left out instead of breaking the room. */
function read(json: string): Notice | undefined {
  try {
    return noticeSchema.safeParse(JSON.parse(json)).data
  } catch {
    return undefined
  }
}

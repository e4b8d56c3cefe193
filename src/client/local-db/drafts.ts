import type { RoomId } from '../../protocol/ids.ts'
import type { LocalDatabase } from './database.ts'

export interface Drafts {
  get(room: RoomId): string
  /** The empty text removes the draft. */
  set(room: RoomId, text: string): void
}

export function draftsIn(database: LocalDatabase): Drafts {
  const get = database.prepare<{ text: string }>('SELECT text FROM draft WHERE room = ?')
  const set = database.prepare('INSERT OR REPLACE INTO draft VALUES (?, ?)')
  const remove = database.prepare('DELETE FROM draft WHERE room = ?')
  return {
    get: (room) => get.get(room)?.text ?? '',
    set: (room, text) => void (text === '' ? remove.run(room) : set.run(room, text)),
  }
}

import type { MemberId } from '../../protocol/ids.ts'
import type { LocalDatabase } from './database.ts'

export interface MemberRow {
  readonly id: MemberId
  readonly name: string
  readonly last_seen: number | null
}

/** Members of the session. Presence is never stored (D17). */
export interface People {
  get(id: MemberId): MemberRow | undefined
  all(): readonly MemberRow[]
  put(id: MemberId, name: string, lastSeen: number | undefined): void
}

export function peopleIn(database: LocalDatabase): People {
  const get = database.prepare<MemberRow>('SELECT * FROM member WHERE id = ?')
  const all = database.prepare<MemberRow>('SELECT * FROM member ORDER BY name, id')
  const put = database.prepare(`
    INSERT INTO member VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE
    SET name = excluded.name, last_seen = coalesce(excluded.last_seen, last_seen)`)
  return {
    get: (id) => get.get(id),
    all: () => all.all(),
    put: (id, name, lastSeen) => void put.run(id, name, lastSeen ?? null),
  }
}

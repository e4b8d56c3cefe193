import type { MemberId } from '../../protocol/ids.ts'
import type { Member } from '../../protocol/records.ts'
import type { Role } from '../../protocol/roles.ts'
import type { LocalDatabase } from './database.ts'

export interface MemberRow {
  readonly id: MemberId
  readonly name: string
  readonly last_seen: number | null
  readonly role: Role
  /** 1 for somebody who was removed or banned. */
  readonly gone: 0 | 1
}

/** Members of the session. Presence is never stored (D17). */
export interface People {
  get(id: MemberId): MemberRow | undefined
  all(): readonly MemberRow[]
  put(member: Omit<Member, 'presence'>): void
}

export function peopleIn(database: LocalDatabase): People {
  const get = database.prepare<MemberRow>('SELECT * FROM member WHERE id = ?')
  const all = database.prepare<MemberRow>('SELECT * FROM member ORDER BY name, id')
  const put = database.prepare(`
    INSERT INTO member (id, name, last_seen, role, gone) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET name = excluded.name, role = excluded.role, gone = excluded.gone,
      last_seen = coalesce(excluded.last_seen, last_seen)`)
  return {
    get: (id) => get.get(id),
    all: () => all.all(),
    put: ({ id, name, lastSeen, role, gone }) =>
      void put.run(id, name, lastSeen ?? null, role, gone === true ? 1 : 0),
  }
}

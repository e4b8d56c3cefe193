import type { LocalDatabase } from './database.ts'

/**
 * `session` and `member` bind the file to its owner; `name` and `address` are what was last seen to work;
 * `role`, `locked` and `read-only` are what the server last said, so that they show offline too; `admitted` is
 * the hash of the credential that let this device in.
 */
export type MetaKey =
  | 'session'
  | 'member'
  | 'name'
  | 'address'
  | 'role'
  | 'locked'
  | 'read-only'
  | 'admitted'

export interface Meta {
  get(key: MetaKey): string | undefined
  set(key: MetaKey, value: string): void
  remove(key: MetaKey): void
}

export function metaIn(database: LocalDatabase): Meta {
  const get = database.prepare<{ value: string }>('SELECT value FROM meta WHERE key = ?')
  const set = database.prepare('INSERT OR REPLACE INTO meta VALUES (?, ?)')
  const remove = database.prepare('DELETE FROM meta WHERE key = ?')
  return {
    get: (key) => get.get(key)?.value,
    set: (key, value) => void set.run(key, value),
    remove: (key) => void remove.run(key),
  }
}

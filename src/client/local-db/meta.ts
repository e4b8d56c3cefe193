import type { LocalDatabase } from './database.ts'

/** `session` and `member` bind the file to its owner; `name` and `address` are what was last seen to work. */
export type MetaKey = 'session' | 'member' | 'name' | 'address'

export interface Meta {
  get(key: MetaKey): string | undefined
  set(key: MetaKey, value: string): void
}

export function metaIn(database: LocalDatabase): Meta {
  const get = database.prepare<{ value: string }>('SELECT value FROM meta WHERE key = ?')
  const set = database.prepare('INSERT OR REPLACE INTO meta VALUES (?, ?)')
  return {
    get: (key) => get.get(key)?.value,
    set: (key, value) => void set.run(key, value),
  }
}

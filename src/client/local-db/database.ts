import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import Database from 'better-sqlite3'
import { migrations } from './migrations.ts'

export type Statement<Row = unknown> = Database.Statement<unknown[], Row>

/** A function that returns a promise would go on after its transaction ended, so it is refused. */
export type Synchronous<Value> = Value extends PromiseLike<unknown> ? never : Value

/** The session's SQLite file: one connection, synchronous, every change inside one transaction. */
export interface LocalDatabase {
  prepare<Row = unknown>(sql: string): Statement<Row>
  /** On disk against `kill -9` when it returns; a power cut can take it back, as a whole. */
  write<Value>(change: () => Synchronous<Value>): Value
  /** On disk against a power cut too: for what exists nowhere else (D1). */
  writeDurably<Value>(change: () => Synchronous<Value>): Value
  readonly inTransaction: boolean
  close(): void
}

export type Opened =
  | { readonly ok: true; readonly database: LocalDatabase }
  | { readonly ok: false; readonly message: string }

/** Opens or makes the file and brings it up to date. Also opens what a killed process left behind. */
export function openDatabase(file: string, steps: readonly string[] = migrations): Opened {
  let raw: Database.Database | undefined
  try {
    if (file !== ':memory:') mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    raw = new Database(file, { timeout: 2_000 })
    raw.pragma('journal_mode = WAL')
    // Recycling the WAL file is faster than truncating it (performance.md); bound what is kept.
    raw.pragma('wal_autocheckpoint = 2000')
    raw.pragma('journal_size_limit = 67108864')
    raw.pragma('temp_store = MEMORY')
    const version = raw.pragma('user_version', { simple: true })
    if (typeof version !== 'number' || version > steps.length) {
      raw.close()
      return {
        ok: false,
        message: 'This session was last opened by a newer version of Landline. Update to open it.',
      }
    }
    migrate(raw, version, steps)
    return { ok: true, database: wrap(raw) }
  } catch (error) {
    raw?.close()
    if (!isStorageFault(error)) throw error
    return { ok: false, message: storageWords(error) }
  }
}

/** Disk full, damaged file, no permission: what the world does to a file, as opposed to a bug. */
export function isStorageFault(error: unknown): error is Error & { readonly code: string } {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string')
    return false
  return STORAGE_FAULT.test(error.code)
}

const STORAGE_FAULT =
  /^(SQLITE_(FULL|IOERR|CORRUPT|NOTADB|CANTOPEN|READONLY|BUSY|LOCKED|PERM|AUTH)|E(NOSPC|ACCES|PERM|ROFS|NOTDIR|EXIST|IO|DQUOT|MFILE))/

export function storageWords(error: { readonly code: string }): string {
  const { code } = error
  if (/FULL|NOSPC|DQUOT/.test(code)) {
    return 'The disk of this computer is full. Nothing was changed; make room and try again.'
  }
  if (/CORRUPT|NOTADB/.test(code)) {
    return 'The session\u2019s file on this computer is damaged. It was left as it is.'
  }
  if (/BUSY|LOCKED/.test(code)) {
    return 'Another running copy of Landline is using this session\u2019s file.'
  }
  return `The session\u2019s file on this computer cannot be used (${code}). It was left as it is.`
}

function migrate(raw: Database.Database, version: number, steps: readonly string[]): void {
  raw.pragma('synchronous = FULL')
  for (const [index, sql] of steps.entries()) {
    if (index < version) continue
    raw.transaction(() => {
      raw.exec(sql)
      raw.pragma(`user_version = ${index + 1}`)
    })()
  }
}

function wrap(raw: Database.Database): LocalDatabase {
  const run = raw.transaction((change: () => unknown): unknown => {
    const value = change()
    if (value instanceof Promise) throw new Error('a transaction cannot wait for a promise')
    return value
  })
  let durable = true

  function inTransaction<Value>(wantDurable: boolean, change: () => Synchronous<Value>): Value {
    if (!raw.inTransaction && durable !== wantDurable) {
      raw.pragma(`synchronous = ${wantDurable ? 'FULL' : 'NORMAL'}`)
      durable = wantDurable
    }
    return run.immediate(change) as Value
  }

  return {
    prepare: <Row>(sql: string) => raw.prepare<unknown[], Row>(sql),
    write: (change) => inTransaction(false, change),
    writeDurably(change) {
      if (raw.inTransaction && !durable) throw new Error('a durable write inside one that is not')
      return inTransaction(true, change)
    },
    get inTransaction() {
      return raw.inTransaction
    },
    close: () => raw.close(),
  }
}

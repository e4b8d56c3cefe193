import Database from 'better-sqlite3'
import type { Migration } from './migrations/migration.ts'

/** A file that was written by a newer Landline, is in use by another server, or is no database. */
export class DatabaseFault extends Error {
  readonly kind: 'newer' | 'in-use' | 'damaged'
  constructor(kind: DatabaseFault['kind'], message: string, cause?: unknown) {
    super(message, { cause })
    this.kind = kind
  }
}

/** Refuses functions that would go on after the transaction ended, by type and at run time. */
type Synchronous<Value> = Value extends PromiseLike<unknown> ? never : Value

/** Runs all of `work` or nothing of it. Durable when it returns (D3). */
export function inTransaction<Value>(
  db: Database.Database,
  work: () => Synchronous<Value>,
): Synchronous<Value> {
  db.exec('BEGIN IMMEDIATE')
  try {
    const value = work()
    if (isPromiseLike(value)) {
      throw new TypeError('a transaction must be synchronous: this one returned a promise')
    }
    db.exec('COMMIT')
    return value
  } catch (fault) {
    // A full disk may have rolled back already; then there is nothing left to undo.
    if (db.inTransaction) db.exec('ROLLBACK')
    throw fault
  }
}

/** Opens the file, or memory with `:memory:`, and brings its schema up to date. Throws `DatabaseFault`. */
export function openDatabase(file: string, migrations: readonly Migration[]): Database.Database {
  let db: Database.Database | undefined
  try {
    db = new Database(file, { timeout: 500 })
    prepare(db)
    migrate(db, migrations)
    return db
  } catch (fault) {
    db?.close()
    throw explain(file, fault)
  }
}

function prepare(db: Database.Database): void {
  // One process owns the file: it keeps room heads and people in memory, so a second writer would number twice and a ban
  // would not be heard of. Owned alone, its log also needs no shared memory, which not every disk can give.
  db.pragma('locking_mode = EXCLUSIVE')
  db.pragma('journal_mode = WAL')
  // An ack promises that the message survives a power cut (D3), not only a crash.
  db.pragma('synchronous = FULL')
  // A log of this size is recycled in place; truncating it or letting it grow costs commit latency.
  db.pragma('wal_autocheckpoint = 2000')
  db.pragma('journal_size_limit = -1')
  db.pragma('foreign_keys = ON')
  // Deleted text is overwritten where that costs no further disk writes.
  db.pragma('secure_delete = FAST')
  db.pragma('cache_size = -16000')
}

/** Applies what is missing, one transaction each, so that an interrupted upgrade goes on where it stopped. */
export function migrate(db: Database.Database, migrations: readonly Migration[]): void {
  const version = Number(db.pragma('user_version', { simple: true }))
  if (version > migrations.length) {
    throw new DatabaseFault('newer', 'It was written by a newer version of Landline.')
  }
  for (const [index, migration] of migrations.entries()) {
    if (index < version) continue
    inTransaction(db, () => {
      migration.up(db)
      db.pragma(`user_version = ${index + 1}`)
    })
  }
}

function explain(file: string, fault: unknown): unknown {
  if (fault instanceof DatabaseFault) {
    return new DatabaseFault(fault.kind, `Cannot open ${file}. ${fault.message}`, fault)
  }
  const code = fault instanceof Database.SqliteError ? fault.code : ''
  if (code.startsWith('SQLITE_BUSY')) {
    return new DatabaseFault('in-use', `Cannot open ${file}: another server is using it.`, fault)
  }
  if (code.startsWith('SQLITE_NOTADB') || code.startsWith('SQLITE_CORRUPT')) {
    return new DatabaseFault('damaged', `Cannot open ${file}: it is not a whole database.`, fault)
  }
  return fault
}

function isPromiseLike(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'then' in value
}

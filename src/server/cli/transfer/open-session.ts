import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { wordsOf } from '../output.ts'
import { DatabaseFault, openDatabase as openSqlite } from '../../store/sqlite/database.ts'
import { allMigrations as sqliteMigrations } from '../../store/sqlite/migrations/all-migrations.ts'
import type { Row } from './tables.ts'
import { rowsOfSqlite, sqliteTarget } from './sqlite-session.ts'
import { type SessionTarget, TransferFault } from './transfer.ts'

/** A session's data, opened to be copied from or into. */
export interface SessionData {
  /** What it is, for the person at the terminal; no passwords. */
  readonly what: string
  read(take: (row: Row) => void | Promise<void>): Promise<void>
  readonly target: SessionTarget
  close(): Promise<void>
}

/** The file in a data folder. Nobody may be serving it. */
export function openSqliteSession(dataDir: string, mustExist: boolean): SessionData {
  const file = join(dataDir, 'session.db')
  if (mustExist && !existsSync(file)) throw new TransferFault(`There is no session in ${dataDir}.`)
  const db = openFile(file)
  return {
    what: file,
    async read(take) {
      for (const row of rowsOfSqlite(db)) await take(row)
    },
    target: sqliteTarget(db),
    close: async () => {
      db.close()
    },
  }
}

function openFile(file: string) {
  try {
    return openSqlite(file, sqliteMigrations)
  } catch (fault) {
    if (fault instanceof DatabaseFault) throw fault
    throw new TransferFault(`Cannot open ${file}: ${wordsOf(fault)}.`)
  }
}

/** A database of PostgreSQL; nodes may be serving it while it is read. */
export async function openPostgresSession(url: string): Promise<SessionData> {
  const { openDatabase } = await import('../../store/postgres/database.ts')
  const { migrate } = await import('../../store/postgres/migrate.ts')
  const { allMigrations } = await import('../../store/postgres/migrations/all-migrations.ts')
  const { forEachOfPostgres, postgresTarget } = await import('./postgres-session.ts')
  const db = openDatabase(url, () => {})
  try {
    await migrate(db, allMigrations)
  } catch (fault) {
    await db.close()
    throw new TransferFault(`PostgreSQL cannot be used: ${wordsOf(fault)}`)
  }
  return {
    what: 'PostgreSQL',
    read: (take) => forEachOfPostgres(db, take),
    target: postgresTarget(db),
    close: () => db.close(),
  }
}

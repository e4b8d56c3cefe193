import type { Migration } from './migrations/migration.ts'
import type { PostgresDatabase } from './database.ts'

/** The database cannot be used by this server, however often it tries. */
export class PostgresFault extends Error {
  readonly kind: 'newer' | 'other-session'
  constructor(kind: PostgresFault['kind'], message: string) {
    super(message)
    this.kind = kind
  }
}

/** Held while the schema is brought up to date: nodes that start at once do it one after the other. */
const MIGRATING = 0x6c6c_6d67

/** Applies what is missing, one transaction each, so that an interrupted upgrade goes on where it stopped. */
export async function migrate(
  db: PostgresDatabase,
  migrations: readonly Migration[],
): Promise<void> {
  for (const [index, { name, sql }] of migrations.entries()) {
    await db.transaction(async (session) => {
      await session.query({ text: 'SELECT pg_advisory_xact_lock($1)', values: [MIGRATING] })
      await session.query({
        text: `CREATE TABLE IF NOT EXISTS migrations (
          version int PRIMARY KEY, name text NOT NULL, at timestamptz NOT NULL DEFAULT now())`,
      })
      const rows = await session.query<{ version: number }>({
        text: 'SELECT coalesce(max(version), 0) AS version FROM migrations',
      })
      const version = rows[0]?.version ?? 0
      if (version > migrations.length) {
        throw new PostgresFault('newer', 'A newer version of Landline has used this database.')
      }
      if (version > index) return { value: undefined, statements: [] }
      await session.query({ text: sql })
      const values = [index + 1, name]
      const text = 'INSERT INTO migrations (version, name) VALUES ($1, $2)'
      return { value: undefined, statements: [{ text, values }] }
    })
  }
}

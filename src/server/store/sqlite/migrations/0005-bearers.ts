import type { Migration } from './migration.ts'

/** Whose bearer token it is, and which devices were let in by one. */
export const bearers: Migration = {
  name: 'bearers',
  up(db) {
    db.exec(`
      CREATE TABLE bearers (
        -- SHA-256 of issuer and subject, hex.
        subject TEXT PRIMARY KEY,
        member INTEGER NOT NULL UNIQUE REFERENCES members (num)
      ) STRICT, WITHOUT ROWID;

      ALTER TABLE devices ADD COLUMN by_token INTEGER NOT NULL DEFAULT 0;
    `)
  },
}

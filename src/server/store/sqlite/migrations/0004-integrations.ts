import type { Migration } from './migration.ts'

/** Webhooks and bots: what each is for, and how far outgoing ones have been told. */
export const integrations: Migration = {
  name: 'integrations',
  up(db) {
    db.exec(`
      CREATE TABLE integrations (
        num INTEGER PRIMARY KEY,
        -- The member's id.
        id TEXT NOT NULL UNIQUE,
        device TEXT NOT NULL,
        name TEXT NOT NULL,
        -- JSON.
        what TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        created_by TEXT NOT NULL,
        token_hash TEXT,
        signing_key TEXT,
        disabled_at INTEGER,
        failing_since INTEGER,
        lease_node TEXT,
        lease_until INTEGER NOT NULL DEFAULT 0
      ) STRICT;

      CREATE TABLE integration_positions (
        integration TEXT NOT NULL,
        room TEXT NOT NULL,
        seq INTEGER NOT NULL,
        PRIMARY KEY (integration, room)
      ) STRICT, WITHOUT ROWID;
    `)
  },
}

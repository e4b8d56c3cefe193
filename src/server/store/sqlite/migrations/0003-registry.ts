import { foldName } from '../../../hub/fold-name.ts'
import type { Migration } from './migration.ts'

/** Who belongs to the session on which terms: roles and standings, invites, and the log of what was done. */
export const registry: Migration = {
  name: 'registry',
  up(db) {
    db.exec(`
      ALTER TABLE members ADD COLUMN role TEXT NOT NULL DEFAULT 'member'
        CHECK (role IN ('host', 'moderator', 'member', 'guest'));
      ALTER TABLE members ADD COLUMN standing TEXT NOT NULL DEFAULT 'active'
        CHECK (standing IN ('active', 'removed', 'banned'));
      ALTER TABLE members ADD COLUMN standing_at INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE members ADD COLUMN standing_entry INTEGER NOT NULL DEFAULT 0;
      -- The form by which names are compared. Not unique: sessions of the time before may have a name twice.
      ALTER TABLE members ADD COLUMN folded TEXT NOT NULL DEFAULT '';
      CREATE INDEX members_by_name ON members (folded);

      ALTER TABLE devices ADD COLUMN added_at INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE devices ADD COLUMN last_seen INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE devices ADD COLUMN forgotten INTEGER NOT NULL DEFAULT 0;
      CREATE INDEX devices_by_key ON devices (key) WHERE key IS NOT NULL;
      CREATE INDEX devices_by_member ON devices (member);

      CREATE TABLE invites (
        num INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        kind TEXT NOT NULL CHECK (kind IN ('invite', 'pairing', 'link')),
        token_hash TEXT NOT NULL UNIQUE,
        label TEXT NOT NULL,
        role TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        created_by TEXT,
        expires_at INTEGER,
        max_uses INTEGER,
        uses INTEGER NOT NULL,
        revoked_at INTEGER,
        made_after INTEGER NOT NULL,
        member TEXT
      ) STRICT;

      CREATE TABLE audit (
        number INTEGER PRIMARY KEY,
        at INTEGER NOT NULL,
        action TEXT NOT NULL,
        actor TEXT,
        actor_name TEXT,
        target TEXT,
        target_name TEXT,
        detail TEXT NOT NULL
      ) STRICT;
    `)
    const fold = db.prepare('UPDATE members SET folded = ? WHERE num = ?')
    const members = db.prepare<[], { num: number; name: string }>('SELECT num, name FROM members')
    for (const { num, name } of members.all()) fold.run(foldName(name), num)
  },
}

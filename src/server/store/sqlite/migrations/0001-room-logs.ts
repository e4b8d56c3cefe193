import type { Migration } from './migration.ts'

/**
 * The log of every room in one append-only table: rows land at its end, and so do their entries in
 * the indexes, because client ids are time-ordered. Rows refer to each other by number, not by id.
 */
export const roomLogs: Migration = {
  name: 'room-logs',
  up(db) {
    db.exec(`
      CREATE TABLE meta (
        key TEXT PRIMARY KEY,
        value TEXT NOT NULL
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE members (
        num INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        name TEXT NOT NULL,
        key_hash TEXT NOT NULL,
        last_seen INTEGER NOT NULL
      ) STRICT;

      CREATE TABLE devices (
        num INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        member INTEGER NOT NULL REFERENCES members (num),
        name TEXT NOT NULL
      ) STRICT;

      CREATE TABLE rooms (
        num INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        kind TEXT NOT NULL CHECK (kind IN ('group', 'direct')),
        name TEXT NOT NULL,
        topic TEXT NOT NULL,
        visibility TEXT NOT NULL CHECK (visibility IN ('public', 'private')),
        is_default INTEGER NOT NULL,
        epoch TEXT NOT NULL,
        head INTEGER NOT NULL,
        created_at INTEGER NOT NULL,
        -- Hash of the sorted members of a direct room: one room for each set of people.
        member_set TEXT UNIQUE
      ) STRICT;
      CREATE UNIQUE INDEX one_default_room ON rooms (is_default) WHERE is_default = 1;

      CREATE TABLE room_members (
        room INTEGER NOT NULL REFERENCES rooms (num),
        member INTEGER NOT NULL REFERENCES members (num),
        PRIMARY KEY (room, member)
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE events (
        num INTEGER PRIMARY KEY,
        room INTEGER NOT NULL REFERENCES rooms (num),
        seq INTEGER NOT NULL,
        -- The id the device gave the write. This constraint is rule D4.
        id TEXT NOT NULL UNIQUE,
        device INTEGER NOT NULL REFERENCES devices (num),
        actor INTEGER NOT NULL REFERENCES members (num),
        at INTEGER NOT NULL,
        type TEXT NOT NULL,
        -- The post that an edit, delete or reaction is about.
        target INTEGER REFERENCES events (num),
        text TEXT,
        -- The other fields of the event, JSON.
        extra TEXT,
        UNIQUE (room, seq)
      ) STRICT;
      CREATE INDEX changes_of_message ON events (target) WHERE target IS NOT NULL;

      -- Posts that were edited or deleted, as they read now.
      CREATE TABLE revisions (
        message INTEGER PRIMARY KEY REFERENCES events (num),
        text TEXT NOT NULL,
        edited_at INTEGER,
        deleted INTEGER NOT NULL,
        revision INTEGER NOT NULL
      ) STRICT;

      -- Reactions that are there now.
      CREATE TABLE reactions (
        message INTEGER NOT NULL REFERENCES events (num),
        emoji TEXT NOT NULL,
        member INTEGER NOT NULL REFERENCES members (num),
        seq INTEGER NOT NULL,
        PRIMARY KEY (message, emoji, member)
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE reads (
        room INTEGER NOT NULL REFERENCES rooms (num),
        member INTEGER NOT NULL REFERENCES members (num),
        seq INTEGER NOT NULL,
        PRIMARY KEY (room, member)
      ) STRICT, WITHOUT ROWID;
    `)
  },
}

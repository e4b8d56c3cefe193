import type { Migration } from './migration.ts'

/**
 * As in SQLite, but rows name each other by id: a batch can then be written without asking for numbers first.
 * Times are milliseconds since 1970 and order nothing (D19).
 */
export const roomLogs: Migration = {
  name: 'room-logs',
  sql: `
    CREATE TABLE meta (
      key text PRIMARY KEY,
      value text NOT NULL
    );

    CREATE TABLE members (
      id uuid PRIMARY KEY,
      name text NOT NULL,
      last_seen bigint NOT NULL,
      -- Transaction that last added or renamed the member: how other nodes find what they missed.
      changed xid8 NOT NULL DEFAULT pg_current_xact_id()
    );
    CREATE INDEX members_by_change ON members (changed);

    CREATE TABLE devices (
      id uuid PRIMARY KEY,
      member uuid NOT NULL REFERENCES members (id),
      name text NOT NULL,
      key text NOT NULL
    );

    CREATE TABLE rooms (
      id uuid PRIMARY KEY,
      kind text NOT NULL CHECK (kind IN ('group', 'direct')),
      name text NOT NULL,
      topic text NOT NULL,
      visibility text NOT NULL CHECK (visibility IN ('public', 'private')),
      is_default boolean NOT NULL,
      epoch uuid NOT NULL,
      head bigint NOT NULL,
      created_at bigint NOT NULL,
      -- Hash of the sorted members of a direct room: one room for each set of people.
      member_set text UNIQUE,
      -- Transactions that last wrote to the room's log, and that last changed its name, topic or members.
      changed xid8 NOT NULL DEFAULT pg_current_xact_id(),
      reshaped xid8 NOT NULL DEFAULT pg_current_xact_id()
    );
    CREATE UNIQUE INDEX one_default_room ON rooms (is_default) WHERE is_default;
    CREATE INDEX rooms_by_change ON rooms (changed);

    CREATE TABLE room_members (
      room uuid NOT NULL REFERENCES rooms (id),
      member uuid NOT NULL REFERENCES members (id),
      PRIMARY KEY (room, member)
    );

    CREATE TABLE events (
      -- Room, device and actor were checked in the transaction that writes the event; a foreign key would look
      -- each of them up once more for every message.
      room uuid NOT NULL,
      seq bigint NOT NULL CHECK (seq >= 1),
      -- The id the device gave the write. This constraint is rule D4.
      id uuid NOT NULL UNIQUE,
      device uuid NOT NULL,
      actor uuid NOT NULL,
      at bigint NOT NULL,
      type text NOT NULL,
      -- The post that an edit, delete or reaction is about.
      target uuid,
      text text,
      -- The other fields of the event, JSON.
      extra text,
      -- Two nodes can never give the same number twice, whatever they believe the head is (D6).
      PRIMARY KEY (room, seq)
    );
    CREATE INDEX changes_of_message ON events (target) WHERE target IS NOT NULL;

    -- Posts that were edited or deleted, as they read now.
    CREATE TABLE revisions (
      message uuid PRIMARY KEY REFERENCES events (id),
      text text NOT NULL,
      edited_at bigint,
      deleted boolean NOT NULL,
      revision bigint NOT NULL
    );

    -- Reactions that are there now.
    CREATE TABLE reactions (
      message uuid NOT NULL REFERENCES events (id),
      emoji text NOT NULL,
      member uuid NOT NULL,
      seq bigint NOT NULL,
      PRIMARY KEY (message, emoji, member)
    );

    CREATE TABLE reads (
      room uuid NOT NULL REFERENCES rooms (id),
      member uuid NOT NULL REFERENCES members (id),
      seq bigint NOT NULL,
      PRIMARY KEY (room, member)
    );
  `,
}

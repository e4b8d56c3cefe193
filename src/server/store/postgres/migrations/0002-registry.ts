import type { Migration } from './migration.ts'

/** Who belongs to the session on which terms: roles and standings, invites, and the log of what was done. */
export const registry: Migration = {
  name: 'registry',
  sql: `
    ALTER TABLE members
      ADD COLUMN role text NOT NULL DEFAULT 'member'
        CHECK (role IN ('host', 'moderator', 'member', 'guest')),
      ADD COLUMN standing text NOT NULL DEFAULT 'active'
        CHECK (standing IN ('active', 'removed', 'banned')),
      ADD COLUMN standing_at bigint NOT NULL DEFAULT 0,
      ADD COLUMN standing_entry bigint NOT NULL DEFAULT 0,
      -- The form by which names are compared; promoted sessions may have a name twice, so it is not unique.
      ADD COLUMN folded text NOT NULL DEFAULT '',
      -- In the order they came.
      ADD COLUMN num bigint NOT NULL GENERATED ALWAYS AS IDENTITY;
    CREATE INDEX members_by_name ON members (folded);

    ALTER TABLE devices
      ALTER COLUMN key DROP NOT NULL,
      ADD COLUMN added_at bigint NOT NULL DEFAULT 0,
      ADD COLUMN last_seen bigint NOT NULL DEFAULT 0,
      ADD COLUMN forgotten boolean NOT NULL DEFAULT false,
      ADD COLUMN num bigint NOT NULL GENERATED ALWAYS AS IDENTITY;
    CREATE INDEX devices_by_key ON devices (key) WHERE key IS NOT NULL;
    CREATE INDEX devices_by_member ON devices (member);

    CREATE TABLE invites (
      id uuid PRIMARY KEY,
      kind text NOT NULL CHECK (kind IN ('invite', 'pairing', 'link')),
      token_hash text NOT NULL UNIQUE,
      label text NOT NULL,
      role text NOT NULL,
      created_at bigint NOT NULL,
      created_by uuid,
      expires_at bigint,
      max_uses bigint,
      uses bigint NOT NULL,
      revoked_at bigint,
      made_after bigint NOT NULL,
      member uuid,
      num bigint NOT NULL GENERATED ALWAYS AS IDENTITY
    );
    CREATE INDEX invites_by_num ON invites (num);

    CREATE TABLE audit (
      number bigint PRIMARY KEY,
      at bigint NOT NULL,
      action text NOT NULL,
      actor uuid,
      actor_name text,
      target uuid,
      target_name text,
      detail text NOT NULL
    );
  `,
}

import type { Migration } from './migration.ts'

/**
 * Codes that are good now, for minutes, and the guesses at them: all nodes of the session share both. Times are the
 * database's own, and decide nothing but when these end.
 */
export const codes: Migration = {
  name: 'codes',
  sql: `
    CREATE TABLE codes (
      code text PRIMARY KEY,
      -- Whom a further device comes to; null for the session's own.
      owner uuid,
      expires_at timestamptz NOT NULL,
      -- The newest entry of the audit log when it was made: it ends with a removal that is newer.
      made_after bigint NOT NULL,
      -- Begun and not right.
      guesses int NOT NULL DEFAULT 0
    );

    CREATE TABLE guesses (
      id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
      -- Null for the passphrase.
      code text,
      at timestamptz NOT NULL DEFAULT clock_timestamp(),
      is_over boolean NOT NULL DEFAULT false
    );
  `,
}

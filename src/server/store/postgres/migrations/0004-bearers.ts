import type { Migration } from './migration.ts'

/** Whose bearer token it is, and which devices were let in by one. */
export const bearers: Migration = {
  name: 'bearers',
  sql: `
    CREATE TABLE bearers (
      -- SHA-256 of issuer and subject, hex.
      subject text PRIMARY KEY,
      member uuid NOT NULL UNIQUE REFERENCES members (id)
    );

    ALTER TABLE devices ADD COLUMN by_token boolean NOT NULL DEFAULT false;
  `,
}

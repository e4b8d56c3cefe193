import type { Migration } from './migration.ts'

/** Webhooks and bots: what each is for, and how far outgoing ones have been told. */
export const integrations: Migration = {
  name: 'integrations',
  sql: `
    CREATE TABLE integrations (
      -- The member's id.
      id uuid PRIMARY KEY,
      num bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
      device uuid NOT NULL,
      name text NOT NULL,
      -- JSON.
      what text NOT NULL,
      created_at bigint NOT NULL,
      created_by uuid NOT NULL,
      token_hash text,
      signing_key text,
      disabled_at bigint,
      failing_since bigint,
      lease_node text,
      lease_until bigint NOT NULL DEFAULT 0
    );

    CREATE TABLE integration_positions (
      integration uuid NOT NULL,
      room uuid NOT NULL,
      seq bigint NOT NULL,
      PRIMARY KEY (integration, room)
    );
  `,
}

import type Database from 'better-sqlite3'
import type { RoomId } from '../../../protocol/ids.ts'
import type { IntegrationStore } from '../../hub/integrations-port.ts'
import { integrationOf, type IntegrationRow, rowOf } from '../integration-rows.ts'

export function createSqliteIntegrations(db: Database.Database): IntegrationStore {
  const sql = {
    all: db.prepare<[], IntegrationRow>(
      `SELECT id, device, name, what, created_at AS createdAt, created_by AS createdBy,
         token_hash AS tokenHash, signing_key AS signingKey, disabled_at AS disabledAt,
         failing_since AS failingSince FROM integrations ORDER BY num`,
    ),
    save: db.prepare<[IntegrationRow]>(
      `INSERT INTO integrations (id, device, name, what, created_at, created_by, token_hash,
         signing_key, disabled_at, failing_since)
       VALUES (@id, @device, @name, @what, @createdAt, @createdBy, @tokenHash, @signingKey,
         @disabledAt, @failingSince)
       ON CONFLICT (id) DO UPDATE SET name = excluded.name, what = excluded.what,
         disabled_at = excluded.disabled_at, failing_since = excluded.failing_since`,
    ),
    positions: db.prepare<[string], { room: RoomId; seq: number }>(
      'SELECT room, seq FROM integration_positions WHERE integration = ?',
    ),
    setPosition: db.prepare<[string, string, number]>(
      `INSERT INTO integration_positions (integration, room, seq) VALUES (?, ?, ?)
       ON CONFLICT (integration, room) DO UPDATE SET seq = excluded.seq WHERE seq < excluded.seq`,
    ),
    lease: db.prepare<[{ id: string; node: string; now: number; until: number }]>(
      `UPDATE integrations SET lease_node = @node, lease_until = @until
       WHERE id = @id AND (lease_node IS NULL OR lease_node = @node OR lease_until <= @now)`,
    ),
  }
  // Asynchronous by contract, because PostgreSQL is; faults of the disk arrive as rejections.
  return {
    all: async () => sql.all.all().map(integrationOf),
    save: async (integration) => void sql.save.run(rowOf(integration)),
    positions: async (id) => new Map(sql.positions.all(id).map(({ room, seq }) => [room, seq])),
    setPosition: async (id, room, seq) => void sql.setPosition.run(id, room, seq),
    lease: async (id, node, now, until) => sql.lease.run({ id, node, now, until }).changes > 0,
  }
}

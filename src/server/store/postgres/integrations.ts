import type { RoomId } from '../../../protocol/ids.ts'
import type { IntegrationStore } from '../../hub/integrations-port.ts'
import { integrationOf, type IntegrationRow, rowOf } from '../integration-rows.ts'
import type { PostgresDatabase, Statement } from './database.ts'
import { packText, unpackText } from './packed-text.ts'

export function createPostgresIntegrations(db: PostgresDatabase): IntegrationStore {
  const write = (...statements: Statement[]): Promise<void> =>
    db.transaction(() => Promise.resolve({ value: undefined, statements }))
  return {
    async all() {
      const rows = await db.read<IntegrationRow>({
        text: `SELECT id, device, name, what, created_at AS "createdAt", created_by AS "createdBy",
            token_hash AS "tokenHash", signing_key AS "signingKey", disabled_at AS "disabledAt",
            failing_since AS "failingSince" FROM integrations ORDER BY num`,
      })
      return rows.map((row) => integrationOf({ ...row, name: unpackText(row.name) }))
    },
    save(integration) {
      const row = rowOf(integration)
      return write({
        text: `INSERT INTO integrations (id, device, name, what, created_at, created_by, token_hash,
            signing_key, disabled_at, failing_since)
          VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
          ON CONFLICT (id) DO UPDATE SET name = excluded.name, what = excluded.what,
            disabled_at = excluded.disabled_at, failing_since = excluded.failing_since`,
        values: [
          ...[row.id, row.device, packText(row.name), row.what, row.createdAt, row.createdBy],
          ...[row.tokenHash, row.signingKey, row.disabledAt, row.failingSince],
        ],
      })
    },
    async positions(id) {
      const rows = await db.read<{ room: RoomId; seq: number }>({
        text: 'SELECT room, seq FROM integration_positions WHERE integration = $1',
        values: [id],
      })
      return new Map(rows.map(({ room, seq }) => [room, seq]))
    },
    setPosition: (id, room, seq) =>
      write({
        text: `INSERT INTO integration_positions (integration, room, seq) VALUES ($1, $2, $3)
          ON CONFLICT (integration, room) DO UPDATE SET seq = excluded.seq
            WHERE integration_positions.seq < excluded.seq`,
        values: [id, room, seq],
      }),
    lease: (id, node, now, until) =>
      db.transaction(async (session) => {
        const taken = await session.query({
          text: `UPDATE integrations SET lease_node = $2, lease_until = $4
            WHERE id = $1 AND (lease_node IS NULL OR lease_node = $2 OR lease_until <= $3)
            RETURNING id`,
          values: [id, node, now, until],
        })
        return { value: taken.length > 0, statements: [] }
      }),
  }
}

import { sessionIdSchema } from '../../../protocol/ids.ts'
import type { RoomId, SessionId } from '../../../protocol/ids.ts'
import type { RoomState } from '../../../protocol/records.ts'
import type { Health } from '../../hub/health.ts'
import type { ReadMark, Store } from '../../hub/ports.ts'
import type { StoredMember } from '../../hub/registry-port.ts'
import { carryOut, type CarryOutPorts } from '../carry-out.ts'
import { createBatchLedger } from './batch-ledger.ts'
import { createPostgresCodes } from './codes.ts'
import { openDatabase, type PostgresDatabase, type Statement } from './database.ts'
import { loadFacts } from './facts.ts'
import { createPostgresIntegrations } from './integrations.ts'
import { migrate, PostgresFault } from './migrate.ts'
import { allMigrations } from './migrations/all-migrations.ts'
import { unpackText } from './packed-text.ts'
import { createLogReader } from './read.ts'
import { createPostgresRegistry, MEMBER_COLUMNS } from './registry.ts'
import { createSharedLog, ROOM_COLUMNS, roomStateOf, type RoomStateRow } from './shared-log.ts'

export interface PostgresStoreOptions extends CarryOutPorts {
  /** `postgres://…`; `sslmode`, `sslrootcert` and the like as libpq has them. */
  readonly url: string
  /** Name of a new session; a known one is renamed to it. */
  readonly sessionName?: string | undefined
  /** Id of a new session; a known one must have it. */
  readonly sessionId?: SessionId | undefined
  /** Told of connections that broke while nobody used them. */
  readonly log: (fault: string) => void
}

export type PostgresStore = Store & { health(): Health }

/** Throws `PostgresFault` when the database cannot be used, other errors when it cannot be reached. */
export async function openPostgresStore(options: PostgresStoreOptions): Promise<PostgresStore> {
  const db = openDatabase(options.url, options.log)
  // Strangers begin guesses, one at a time over all nodes. Whatever they wait for, no message waits with them, and what
  // fails for them is no reason to stop asking for others.
  const codesDb = openDatabase(options.url, options.log, { writers: 1, readers: 1 })
  try {
    await migrate(db, allMigrations)
    return storeOf(db, codesDb, await openSession(db, options), options)
  } catch (fault) {
    await Promise.all([db.close(), codesDb.close()])
    throw fault
  }
}

function storeOf(
  db: PostgresDatabase,
  codesDb: PostgresDatabase,
  session: Store['session'],
  ports: CarryOutPorts,
): PostgresStore {
  return {
    session,
    ...createLogReader(db),
    shared: createSharedLog(db),
    async rooms() {
      const rows = await db.read<RoomStateRow>({
        text: `SELECT ${ROOM_COLUMNS} FROM rooms r ORDER BY r.created_at, r.id`,
      })
      return rows.map((row): RoomState => roomStateOf(row))
    },
    members: () =>
      db.read<StoredMember>({
        text: `SELECT ${MEMBER_COLUMNS} FROM members ORDER BY num`,
      }),
    commit: (writes) =>
      db.transaction(async (look) => {
        const { ledger, statements } = createBatchLedger(await loadFacts(look, writes, ports))
        const value = carryOut(writes, ledger, ports)
        return { value, statements: statements() }
      }),
    async setReads(marks) {
      const highest = highestOf(marks)
      if (highest.length === 0) return []
      return db.transaction(async (look) => ({
        value: await look.query<ReadMark>(moveReads(highest)),
        statements: [],
      }))
    },
    registry: createPostgresRegistry(db),
    integrations: createPostgresIntegrations(db),
    codes: createPostgresCodes(codesDb),
    async storageBytes() {
      const text = 'SELECT pg_database_size(current_database()) AS bytes'
      return (await db.read<{ bytes: number }>({ text }))[0]?.bytes ?? 0
    },
    async setLastSeen(sightings) {
      if (sightings.length === 0) return
      const sorted = sightings.toSorted((a, b) => (a.member < b.member ? -1 : 1))
      const text = `UPDATE members SET last_seen = seen.at
        FROM (SELECT * FROM unnest($1::uuid[], $2::bigint[]) AS s (member, at)) AS seen
        WHERE members.id = seen.member`
      const values = [sorted.map(({ member }) => member), sorted.map(({ at }) => at)]
      await db.transaction(() =>
        Promise.resolve({ value: undefined, statements: [{ text, values }] }),
      )
    },
    health: () => db.health(),
    async close() {
      await Promise.all([db.close(), codesDb.close()])
    },
  }
}

/** One for each person and room, in one order on every node, so that no two wait for each other. */
function highestOf(marks: readonly ReadMark[]): ReadMark[] {
  const highest = new Map<string, ReadMark>()
  for (const mark of marks) {
    const key = `${mark.room} ${mark.member}`
    if ((highest.get(key)?.seq ?? -1) < mark.seq) highest.set(key, mark)
  }
  return [...highest].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, mark]) => mark)
}

function moveReads(marks: readonly ReadMark[]): Statement {
  return {
    name: 'move-reads',
    text: `INSERT INTO reads (room, member, seq)
      SELECT asked.* FROM unnest($1::uuid[], $2::uuid[], $3::bigint[]) AS asked (room, member, seq)
        JOIN rooms ON rooms.id = asked.room JOIN members ON members.id = asked.member
        ORDER BY asked.room, asked.member
      ON CONFLICT (room, member) DO UPDATE SET seq = excluded.seq WHERE reads.seq < excluded.seq
      RETURNING room, member, seq`,
    values: [
      marks.map(({ room }): RoomId => room),
      marks.map(({ member }) => member),
      marks.map(({ seq }) => seq),
    ],
  }
}

async function openSession(
  db: PostgresDatabase,
  options: PostgresStoreOptions,
): Promise<Store['session']> {
  const set = `INSERT INTO meta (key, value) VALUES ($1, $2)
    ON CONFLICT (key) DO UPDATE SET value = excluded.value WHERE meta.value <> excluded.value`
  return db.transaction(async (session) => {
    // Nodes that start at once must agree on one id.
    await session.query({ text: 'LOCK TABLE meta IN SHARE ROW EXCLUSIVE MODE' })
    const rows = await session.query<{ key: string; value: string }>({
      text: 'SELECT key, value FROM meta',
    })
    const known = new Map(rows.map(({ key, value }) => [key, unpackText(value)]))
    const knownId = known.get('session-id')
    if (knownId !== undefined && options.sessionId !== undefined && knownId !== options.sessionId) {
      throw new PostgresFault('other-session', 'The database holds another session.')
    }
    const id = knownId ?? options.sessionId ?? options.uuid()
    const name = options.sessionName ?? known.get('session-name') ?? 'Landline'
    return {
      value: { id: sessionIdSchema.parse(id), name },
      statements: [
        { text: set, values: ['session-id', id] },
        { text: set, values: ['session-name', name] },
      ],
    }
  })
}

import { Socket } from 'node:net'
import {
  BrokenCircuitError,
  circuitBreaker,
  ConsecutiveBreaker,
  ExponentialBackoff,
  handleWhen,
} from 'cockatiel'
import pg from 'pg'
import type { Health } from '../../hub/health.ts'

/** Longer than any statement of a healthy server takes; then the connection is given up. */
const QUERY_TIMEOUT_MS = 10_000
const CONNECT_TIMEOUT_MS = 5_000
/** Then connections are cut: a server that hangs answers no goodbye (D16). */
const CLOSE_WITHIN_MS = 1_000
/** Faults in a row after which nothing is asked any more until one attempt works again. */
const BREAK_AFTER = 3
const RETRY_FROM_MS = 250
const RETRY_TO_MS = 5_000
/** Deadlocks and lost races are no faults: the same batch is tried again, and sees what the other did. */
const RETRIES = 8
const LOST_RACE = new Set(['23505', '40001', '40P01'])

/** At most so many at a time. */
interface Connections {
  readonly writers: number
  readonly readers: number
}
const USUAL_CONNECTIONS: Connections = { writers: 3, readers: 8 }

const SETTINGS = `
  -- Whatever the database's default is: an ack means that the message is on disk (D3).
  SELECT set_config('synchronous_commit', 'on', false)
    WHERE current_setting('synchronous_commit') = 'off';
  -- Plans are kept with their statements. One that was made while a table was small would go on reading all of it.
  SET enable_seqscan = off;`

export interface Statement {
  /** Kept prepared under this name. */
  readonly name?: string
  readonly text: string
  readonly values?: readonly unknown[]
}

export type Row = Readonly<Record<string, unknown>>

export interface Session {
  /** Statements are sent at once, one after the other, without waiting for answers in between. */
  query<Result extends object>(statement: Statement): Promise<Result[]>
}

export interface PostgresDatabase {
  /** For a single statement. */
  read<Result extends object>(statement: Statement): Promise<Result[]>
  /** Statements that see one state of everything. */
  snapshot<Value>(work: (session: Session) => Promise<Value>): Promise<Value>
  /**
   * One transaction, tried again when it lost a race with another node. The statements `look` decides on are
   * sent together with the COMMIT, so that a batch takes two round trips.
   */
  transaction<Value>(
    look: (session: Session) => Promise<{
      readonly value: Value
      readonly statements: readonly Statement[]
    }>,
  ): Promise<Value>
  health(): Health
  close(): Promise<void>
}

/** Rejects until the server answers again; then goes on by itself. Nothing is connected before it is asked. */
export function openDatabase(
  url: string,
  log: (fault: string) => void,
  connections: Connections = USUAL_CONNECTIONS,
): PostgresDatabase {
  const sockets = new Set<Socket>()
  const settings: pg.PoolConfig = {
    connectionString: url,
    application_name: 'landline',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: QUERY_TIMEOUT_MS,
    // A node that froze in the middle of a transaction must not hold its rooms for ever.
    idle_in_transaction_session_timeout: QUERY_TIMEOUT_MS,
    keepAlive: true,
    pipeline: true,
    stream: () => {
      const socket = new Socket()
      sockets.add(socket.once('close', () => sockets.delete(socket)))
      return socket
    },
    types: { getTypeParser },
    onConnect: (client) => void client.query(SETTINGS).catch(() => {}),
  }
  // Apart, so that a thousand people who catch up do not keep anybody's message from being committed.
  const writers = new pg.Pool({ ...settings, max: connections.writers })
  const readers = new pg.Pool({ ...settings, max: connections.readers })
  // Connections that break while nobody uses them; the next one who asks gets a new one.
  for (const pool of [writers, readers]) {
    pool.on('error', (fault) => log(fault.message))
    // And while they are used: whoever uses them is told by the answer that does not come.
    pool.on('connect', (client) => client.on('error', () => {}))
  }

  const breaker = circuitBreaker(handleWhen(isOutage), {
    halfOpenAfter: new ExponentialBackoff({ initialDelay: RETRY_FROM_MS, maxDelay: RETRY_TO_MS }),
    breaker: new ConsecutiveBreaker(BREAK_AFTER),
  })
  let health: Health = { ok: true }

  async function guarded<Value>(work: () => Promise<Value>): Promise<Value> {
    try {
      const value = await breaker.execute(work)
      health = { ok: true }
      return value
    } catch (fault) {
      if (fault instanceof BrokenCircuitError)
        throw new Error('PostgreSQL is away', { cause: fault })
      if (isOutage(fault)) health = { ok: false, reason: `PostgreSQL: ${describe(fault)}` }
      throw fault
    }
  }

  async function withClient<Value>(
    pool: pg.Pool,
    work: (session: Session, client: pg.PoolClient) => Promise<Value>,
  ): Promise<Value> {
    const client = await pool.connect()
    let fault: unknown
    try {
      return await work(sessionOf(client), client)
    } catch (thrown) {
      fault = thrown
      throw thrown
    } finally {
      // A connection on which something went wrong may be in any state.
      client.release(fault !== undefined)
    }
  }

  async function attempt<Value>(
    look: Parameters<PostgresDatabase['transaction']>[0],
  ): Promise<Value> {
    return withClient(writers, async (session, client) => {
      const begun = session.query({ text: 'BEGIN' })
      const { value, statements } = await both(begun, look(session))
      const ends = [...statements, { text: 'COMMIT' }].map((statement) =>
        client.query(queryOf(statement)),
      )
      const results = await settled(ends)
      // The server answers the COMMIT of a failed transaction with ROLLBACK, as if it had gone well.
      if (results.at(-1)?.command !== 'COMMIT') throw new Error('the transaction was not committed')
      return value as Value
    })
  }

  return {
    read: (statement) => guarded(() => withClient(readers, (session) => session.query(statement))),
    snapshot: (work) =>
      guarded(() =>
        withClient(readers, async (session) => {
          const begun = session.query({
            text: 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY',
          })
          const value = await both(begun, work(session))
          await session.query({ text: 'COMMIT' })
          return value
        }),
      ),
    transaction: (look) =>
      guarded(async () => {
        for (let attempts = 1; ; attempts++) {
          try {
            return await attempt(look)
          } catch (fault) {
            if (attempts > RETRIES || !LOST_RACE.has(codeOf(fault))) throw fault
          }
        }
      }),
    health: () => health,
    async close() {
      const late = setTimeout(() => {
        for (const socket of sockets) socket.destroy()
      }, CLOSE_WITHIN_MS)
      await Promise.all([writers.end(), readers.end()])
      clearTimeout(late)
    },
  }
}

function sessionOf(client: pg.PoolClient): Session {
  return {
    async query<Result extends object>(statement: Statement) {
      return (await client.query<Result & pg.QueryResultRow>(queryOf(statement))).rows
    },
  }
}

const queryOf = ({ values, ...rest }: Statement): pg.QueryConfig => ({
  ...rest,
  ...(values === undefined ? {} : { values: [...values] }),
})

/** Waits for both even when one fails, so that no failure goes unheard. */
async function both<Value>(first: Promise<unknown>, second: Promise<Value>): Promise<Value> {
  const [one, two] = await Promise.allSettled([first, second])
  if (one.status === 'rejected') throw one.reason
  if (two.status === 'rejected') throw two.reason
  return two.value
}

/** All answers; throws the first fault, which explains those that follow from it. */
export async function settled<Value>(answers: readonly Promise<Value>[]): Promise<Value[]> {
  const results = await Promise.allSettled(answers)
  return results.map((result) => {
    if (result.status === 'rejected') throw result.reason
    return result.value
  })
}

/** Numbers of 8 bytes as numbers: none here reaches 2^53. */
function getTypeParser(...args: Parameters<typeof pg.types.getTypeParser>) {
  return Number(args[0]) === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(...args)
}

/** What PostgreSQL says about one statement (data, constraints, syntax) is no reason to stop asking it. */
function isOutage(fault: unknown): boolean {
  return !/^(22|23|40|42)/.test(codeOf(fault))
}

function codeOf(fault: unknown): string {
  return fault instanceof pg.DatabaseError ? (fault.code ?? '') : ''
}

export function describe(fault: unknown): string {
  if (fault instanceof AggregateError) return fault.errors.map(describe).join('; ')
  return fault instanceof Error ? fault.message : String(fault)
}

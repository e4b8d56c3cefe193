import { inProcessFanOut } from './fan-out/in-process.ts'
import { type ParsedRedisAddress, parseRedisAddress } from './fan-out/redis/connection-string.ts'
import { createRedisFanOut } from './fan-out/redis/redis-fan-out.ts'
import type { SharedBackends } from './shared-backends-port.ts'
import { openPostgresStore } from './store/postgres/postgres-store.ts'
import { waitForDatabase } from './store/postgres/wait-for-database.ts'

export interface SharedBackendOptions {
  /** A connection string of PostgreSQL. */
  readonly postgres: string
  /** How long PostgreSQL is waited for when it is not there at the start; not at all when left out. */
  readonly patienceMs?: number
  /** Ends this waiting. */
  readonly signal?: AbortSignal | undefined
  /** Left out for a single node: others would hear of its messages only after seconds, from the store. */
  readonly redis?:
    | {
        readonly connectionString: string
        readonly keyPrefix: string
        /** When the connection string does not say. */
        readonly database?: number
        /** When the connection string does not say. */
        readonly connectTimeoutMs?: number
        readonly commandTimeoutMs?: number
        /** The authority of its certificate (PEM), instead of those that everybody believes. */
        readonly ca?: string | undefined
      }
    | undefined
}

export type PreparedBackends =
  | { readonly kind: 'backends'; readonly backends: SharedBackends }
  | { readonly kind: 'fault'; readonly message: string }

const CONNECT_TIMEOUT_MS = 5_000

/** Looks at the connection strings; nothing is connected yet. */
export function prepareSharedBackends(options: SharedBackendOptions): PreparedBackends {
  const { postgres, redis, patienceMs = 0, signal } = options
  if (!/^postgres(ql)?:\/\//i.test(postgres)) {
    return fault('The connection string of PostgreSQL must begin with postgres://.')
  }
  const parsed = redis === undefined ? undefined : addressOf(redis)
  if (parsed?.kind === 'faults') {
    return fault(`The connection string of Redis is wrong. ${parsed.faults.join(' ')}`)
  }
  if (redis?.ca !== undefined && parsed?.kind === 'address' && !parsed.address.tls) {
    return fault(
      'redis.caFile is for TLS, which the connection string of Redis does not ask for: write rediss:// or ssl=true.',
    )
  }
  return {
    kind: 'backends',
    backends: {
      openStore({ sessionName, sessionId, secrets, clock, log }) {
        const open = () =>
          openPostgresStore({
            ...{ url: postgres, sessionName, sessionId },
            ...{ uuid: secrets.uuid, hash: secrets.hash },
            log: (words) => log.warn({ fault: words }, 'a connection to PostgreSQL broke'),
          })
        return waitForDatabase(open, patienceMs, { clock, log }, signal)
      },
      openFanOut({ session, secrets, clock, log }) {
        if (redis === undefined || parsed === undefined) {
          return { fanOut: inProcessFanOut(), close: () => Promise.resolve() }
        }
        const fanOut = createRedisFanOut({
          address: { ...parsed.address, ...(redis.ca === undefined ? {} : { ca: redis.ca }) },
          ...(redis.commandTimeoutMs === undefined
            ? {}
            : { commandTimeoutMs: redis.commandTimeoutMs }),
          keyPrefix: `${redis.keyPrefix}${session}:`,
          node: secrets.uuid(),
          ...{ clock, log },
        })
        return { fanOut, close: () => fanOut.close() }
      },
    },
  }
}

function addressOf(redis: NonNullable<SharedBackendOptions['redis']>): ParsedRedisAddress {
  const { connectionString, database = 0, connectTimeoutMs = CONNECT_TIMEOUT_MS } = redis
  return parseRedisAddress(connectionString, { database, connectTimeoutMs })
}

const fault = (message: string): PreparedBackends => ({ kind: 'fault', message })

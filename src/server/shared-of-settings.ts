import type { Settings } from './ops/options/settings.ts'
import type { SharedBackendOptions } from './shared-backends.ts'
import type { SharedBackends } from './shared-backends-port.ts'

export type SharedOfSettings =
  /** A file in the data folder, and this process alone. */
  | { readonly kind: 'none' }
  | { readonly kind: 'shared'; readonly shared: SharedBackends }
  | { readonly kind: 'fault'; readonly message: string }

/** What the options say of PostgreSQL and Redis; their packages are loaded only where they are used. */
export async function sharedOf(
  settings: Pick<Settings, 'postgres' | 'redis'>,
  readFile: (file: string) => string,
  waiting: Pick<SharedBackendOptions, 'patienceMs' | 'signal'> = {},
): Promise<SharedOfSettings> {
  const strings = connectionStrings(settings, readFile)
  if (strings.kind === 'fault') return strings
  const { postgres: url, redis: redisString } = strings
  if (url === undefined) return { kind: 'none' }
  const ca = redisAuthority(settings, readFile)
  if (ca.kind === 'fault') return ca
  const { prepareSharedBackends } = await import('./shared-backends.ts')
  const prepared = prepareSharedBackends({
    ...{ postgres: url, ...waiting },
    redis:
      redisString === undefined
        ? undefined
        : { ...redisOptions(settings, redisString), ca: ca.text },
  })
  return prepared.kind === 'fault' ? prepared : { kind: 'shared', shared: prepared.backends }
}

/** What the options say of Redis beside where it is. */
export function redisOptions({ redis }: Pick<Settings, 'redis'>, connectionString: string) {
  const { keyPrefix, database, connectTimeoutSeconds, commandTimeoutSeconds } = redis
  return {
    ...{ connectionString, keyPrefix, database },
    connectTimeoutMs: connectTimeoutSeconds * 1_000,
    commandTimeoutMs: commandTimeoutSeconds * 1_000,
  }
}

function redisAuthority(
  { redis: { caFile } }: Pick<Settings, 'redis'>,
  readFile: (file: string) => string,
):
  | { readonly kind: 'read'; readonly text: string | undefined }
  | { readonly kind: 'fault'; readonly message: string } {
  try {
    return { kind: 'read', text: caFile === undefined ? undefined : readFile(caFile) }
  } catch (cause) {
    const words = cause instanceof Error ? cause.message : String(cause)
    return { kind: 'fault', message: `The authority of Redis cannot be read: ${words}` }
  }
}

/** Read from their files where they are in files. */
export function connectionStrings(
  { postgres, redis }: Pick<Settings, 'postgres' | 'redis'>,
  readFile: (file: string) => string,
):
  | {
      readonly kind: 'strings'
      readonly postgres: string | undefined
      readonly redis: string | undefined
    }
  | { readonly kind: 'fault'; readonly message: string } {
  try {
    return { kind: 'strings', postgres: given(postgres, readFile), redis: given(redis, readFile) }
  } catch (cause) {
    const words = cause instanceof Error ? cause.message : String(cause)
    return { kind: 'fault', message: `A connection string cannot be read: ${words}` }
  }
}

function given(
  options: {
    readonly connectionString?: string | undefined
    readonly connectionStringFile?: string | undefined
  },
  readFile: (file: string) => string,
): string | undefined {
  const { connectionString, connectionStringFile } = options
  if (connectionStringFile === undefined) return connectionString
  const text = readFile(connectionStringFile).trim()
  if (text === '') throw new Error(`${connectionStringFile} is empty`)
  return text
}

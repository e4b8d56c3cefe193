import type { Settings } from './ops/options/settings.ts'
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
): Promise<SharedOfSettings> {
  const strings = connectionStrings(settings, readFile)
  if (strings.kind === 'fault') return strings
  const { postgres: url, redis: redisString } = strings
  const { redis } = settings
  if (url === undefined) return { kind: 'none' }
  const { prepareSharedBackends } = await import('./shared-backends.ts')
  const { keyPrefix, database, connectTimeoutSeconds } = redis
  const prepared = prepareSharedBackends({
    postgres: url,
    redis:
      redisString === undefined
        ? undefined
        : {
            ...{ connectionString: redisString, keyPrefix, database },
            connectTimeoutMs: connectTimeoutSeconds * 1_000,
          },
  })
  return prepared.kind === 'fault' ? prepared : { kind: 'shared', shared: prepared.backends }
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

import { parse } from 'yaml'
import { z } from 'zod'

/** Where Redis and PostgreSQL are, as the server is told it. Only files and variables hold secrets: command lines are seen. */
export interface ConnectionStrings {
  readonly redis: NamedValue | undefined
  readonly postgres: NamedValue | undefined
  /** File with the authority of Redis's certificate. */
  readonly redisCaFile: NamedValue | undefined
}

export interface NamedValue {
  readonly value: string
  /** The flag, the variable or the key of a file that gave it, for whoever has to correct it. */
  readonly setting: string
}

export interface StringSources {
  readonly flags: {
    readonly config?: string | undefined
    readonly redisFile?: string | undefined
    readonly postgresFile?: string | undefined
    readonly redisCaFile?: string | undefined
  }
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly readFile: (file: string) => string
}

const place = z.object({
  connectionString: z.string().optional(),
  connectionStringFile: z.string().optional(),
})
/** The rest of the server's options is the server's to judge. */
const configSchema = z
  .object({
    redis: place.extend({ caFile: z.string().optional() }).optional(),
    postgres: place.optional(),
  })
  .nullish()

/** Throws with words for whoever runs it when a file cannot be read. */
export function connectionStrings(sources: StringSources): ConnectionStrings {
  const { flags, environment, readFile } = sources
  const file = flags.config ?? environment['LANDLINE_CONFIG']
  const config = file === undefined ? undefined : readConfig(file, readFile)

  const inConfig = (path: string): string => `${path} in ${file}`

  function of(service: 'redis' | 'postgres', byFlag: string | undefined): NamedValue | undefined {
    const variable = `LANDLINE_${service.toUpperCase()}_CONNECTION_STRING`
    const { connectionString, connectionStringFile } = config?.[service] ?? {}
    const inFile = (path: string | undefined): string | undefined =>
      path === undefined ? undefined : readFile(path).trim()
    // As for the server: flags win over the environment, the environment over the file.
    return firstNamed([
      [`--${service}-connection-string-file`, () => inFile(byFlag)],
      [`${variable}_FILE`, () => inFile(environment[`${variable}_FILE`])],
      [variable, () => environment[variable]],
      [inConfig(`${service}.connectionStringFile`), () => inFile(connectionStringFile)],
      [inConfig(`${service}.connectionString`), () => connectionString],
    ])
  }
  return {
    redis: of('redis', flags.redisFile),
    postgres: of('postgres', flags.postgresFile),
    redisCaFile: firstNamed([
      ['--redis-ca-file', () => flags.redisCaFile],
      ['LANDLINE_REDIS_CA_FILE', () => environment['LANDLINE_REDIS_CA_FILE']],
      [inConfig('redis.caFile'), () => config?.redis?.caFile],
    ]),
  }
}

function firstNamed(
  places: readonly (readonly [setting: string, read: () => string | undefined])[],
): NamedValue | undefined {
  for (const [setting, read] of places) {
    const value = read()
    if (value !== undefined) return { value, setting }
  }
  return undefined
}

function readConfig(file: string, readFile: (file: string) => string) {
  const text = readFile(file)
  try {
    return configSchema.parse(parse(text, { maxAliasCount: 0, logLevel: 'error' }))
  } catch {
    // What a parser says may quote what it read.
    throw new Error(`${file} is no file of options that can be read.`)
  }
}

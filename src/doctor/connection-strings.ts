import { parse } from 'yaml'
import { z } from 'zod'

/** Where Redis and PostgreSQL are, as the server is told it. Only files and variables hold secrets: command lines are seen. */
export interface ConnectionStrings {
  readonly redis: string | undefined
  readonly postgres: string | undefined
  /** File with the authority of Redis's certificate, and the setting that names it. */
  readonly redisCaFile: { readonly path: string; readonly setting: string } | undefined
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

  function of(service: 'redis' | 'postgres', byFlag: string | undefined): string | undefined {
    const variable = `LANDLINE_${service.toUpperCase()}_CONNECTION_STRING`
    // As for the server: flags win over the environment, the environment over the file.
    const places = [
      { connectionStringFile: byFlag },
      {
        connectionString: environment[variable],
        connectionStringFile: environment[`${variable}_FILE`],
      },
      config?.[service] ?? {},
    ]
    for (const { connectionString, connectionStringFile } of places) {
      if (connectionStringFile !== undefined) return readFile(connectionStringFile).trim()
      if (connectionString !== undefined) return connectionString
    }
    return undefined
  }
  return {
    redis: of('redis', flags.redisFile),
    postgres: of('postgres', flags.postgresFile),
    redisCaFile: firstNamed([
      ['--redis-ca-file', flags.redisCaFile],
      ['LANDLINE_REDIS_CA_FILE', environment['LANDLINE_REDIS_CA_FILE']],
      [`redis.caFile in ${file}`, config?.redis?.caFile],
    ]),
  }
}

function firstNamed(places: readonly (readonly [setting: string, path: string | undefined])[]) {
  for (const [setting, path] of places) if (path !== undefined) return { path, setting }
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

import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { type ConnectionStrings, connectionStrings } from './connection-strings.ts'
import { USUAL_PORT } from './usual-port.ts'

export interface CliOptions extends ConnectionStrings {
  /** Invite links and addresses to try to reach. */
  readonly targets: readonly string[]
  readonly json: boolean
  /** A server's data folder, to be looked at. */
  readonly dataDir: string | undefined
  readonly port: number
  readonly help: boolean
}

export const CLI_HELP = `Landline doctor: what keeps people from reaching each other, and what to do about it

  --target ADDRESS   try to reach a host: host:port or an invite link; may be given several times
  --data DIR         look at a server's data folder as well: its key, certificate and database
  --port N           port the server uses or is to use (default ${USUAL_PORT})
  --config FILE      try to reach Redis and PostgreSQL where this file of the server's options says (or set LANDLINE_CONFIG)
  --redis-connection-string-file FILE     try to reach Redis where this file says, or LANDLINE_REDIS_CONNECTION_STRING
  --postgres-connection-string-file FILE  the same for PostgreSQL, or LANDLINE_POSTGRES_CONNECTION_STRING
  --redis-ca-file FILE                    authority (PEM) of Redis's certificate, or LANDLINE_REDIS_CA_FILE
  --json             print the report as JSON
  --help

It ends with 1 when a check failed. The report holds no secrets.
`

export function parseCliOptions(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  readFile: (file: string) => string = (file) => readFileSync(file, 'utf8'),
):
  | { readonly kind: 'options'; readonly options: CliOptions }
  | { readonly kind: 'fault'; readonly message: string } {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        target: { type: 'string', multiple: true },
        data: { type: 'string' },
        port: { type: 'string' },
        config: { type: 'string' },
        'redis-connection-string-file': { type: 'string' },
        'postgres-connection-string-file': { type: 'string' },
        'redis-ca-file': { type: 'string' },
        json: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    })
    const port = values.port === undefined ? USUAL_PORT : Number(values.port)
    if (!Number.isInteger(port) || port < 1 || port > 65_535) {
      return { kind: 'fault', message: '--port must be a whole number from 1 to 65535.' }
    }
    return {
      kind: 'options',
      options: {
        targets: values.target ?? [],
        json: values.json ?? false,
        dataDir: values.data,
        port,
        ...connectionStrings({
          flags: {
            config: values.config,
            redisFile: values['redis-connection-string-file'],
            postgresFile: values['postgres-connection-string-file'],
            redisCaFile: values['redis-ca-file'],
          },
          ...{ environment, readFile },
        }),
        help: values.help ?? false,
      },
    }
  } catch (error) {
    return { kind: 'fault', message: error instanceof Error ? error.message : String(error) }
  }
}

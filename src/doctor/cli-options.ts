import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { USUAL_PORT } from './usual-port.ts'

export interface CliOptions {
  /** Invite links and addresses to try to reach. */
  readonly targets: readonly string[]
  readonly json: boolean
  /** A server's data folder, to be looked at. */
  readonly dataDir: string | undefined
  readonly port: number
  readonly redis: string | undefined
  /** File with the authority of Redis's certificate. */
  readonly redisCaFile: string | undefined
  readonly postgres: string | undefined
  readonly help: boolean
}

export const CLI_HELP = `Landline doctor: what keeps people from reaching each other, and what to do about it

  --target ADDRESS   try to reach a host: host:port or an invite link; may be given several times
  --data DIR         look at a server's data folder as well: its key, certificate and database
  --port N           port the server uses or is to use (default ${USUAL_PORT})
  --redis STRING     try to reach Redis      (or set LANDLINE_REDIS_CONNECTION_STRING, as for the server)
  --redis-ca-file F  authority (PEM) of its certificate (or set LANDLINE_REDIS_CA_FILE)
  --postgres STRING  try to reach PostgreSQL (or set LANDLINE_POSTGRES_CONNECTION_STRING)
  --redis-file F, --postgres-file F
                     the same from files    (or LANDLINE_…_CONNECTION_STRING_FILE), where secrets are files
  --json             print the report as JSON
  --help

It ends with 1 when a check failed. The report holds no secrets.
`

export function parseCliOptions(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  readText: (file: string) => string = (file) => readFileSync(file, 'utf8'),
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
        redis: { type: 'string' },
        'redis-ca-file': { type: 'string' },
        postgres: { type: 'string' },
        'redis-file': { type: 'string' },
        'postgres-file': { type: 'string' },
        json: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    })
    const port = values.port === undefined ? USUAL_PORT : Number(values.port)
    if (!Number.isInteger(port) || port < 1 || port > 65_535) {
      return { kind: 'fault', message: '--port must be a whole number from 1 to 65535.' }
    }
    const service = (name: 'redis' | 'postgres'): string | undefined => {
      const variable = `LANDLINE_${name.toUpperCase()}_CONNECTION_STRING`
      const text = values[name] ?? environment[variable]
      const file = values[`${name}-file`] ?? environment[`${variable}_FILE`]
      return text ?? (file === undefined ? undefined : readText(file).trim())
    }
    return {
      kind: 'options',
      options: {
        targets: values.target ?? [],
        json: values.json ?? false,
        dataDir: values.data,
        port,
        redis: service('redis'),
        redisCaFile: values['redis-ca-file'] ?? environment['LANDLINE_REDIS_CA_FILE'],
        postgres: service('postgres'),
        help: values.help ?? false,
      },
    }
  } catch (error) {
    return { kind: 'fault', message: error instanceof Error ? error.message : String(error) }
  }
}

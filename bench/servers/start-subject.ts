/** Starts whoever is measured. */
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Subject } from '../figures/rows.ts'
import { type ServerProcess, startServerProcess } from '../processes.ts'

const HEADLESS = fileURLToPath(new URL('../../src/server/headless.ts', import.meta.url))
const besides = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

export interface SubjectOptions {
  /** A folder of its own; for ours with the store made before. */
  readonly folder: string
  readonly encrypted?: boolean
  readonly withMemory?: boolean
}

export function startSubject(subject: Subject, options: SubjectOptions): Promise<ServerProcess> {
  const { folder, withMemory = false } = options
  switch (subject) {
    case 'ours':
      return startOurs(options)
    case 'ws':
      return startServerProcess({ file: besides('ws-server.ts'), withMemory })
    case 'sio':
      return startServerProcess({ file: besides('socket-io-server.ts'), withMemory })
    case 'sioFull': {
      const args = [join(folder, 'messages.db')]
      return startServerProcess({ file: besides('socket-io-server.ts'), args })
    }
    case 'limit':
      return startServerProcess({ file: besides('bare-server.ts'), withMemory })
  }
}

/** The headless server as an operator starts it, with the limits of what one person may write lifted. */
export function startOurs(
  options: SubjectOptions & { readonly postgres?: string; readonly redis?: string },
): Promise<ServerProcess> {
  const { folder, encrypted = false, withMemory = false, postgres, redis } = options
  return startServerProcess({
    file: HEADLESS,
    withMemory,
    args: [
      ...['--port', '0', '--data', folder, '--open'],
      ...['--max-connections', '12000', '--log-level', 'warn'],
      ...(encrypted ? ['--tls'] : []),
    ],
    environment: {
      LANDLINE_RATE_LIMIT_ENABLED: 'false',
      ...(postgres === undefined ? {} : { LANDLINE_POSTGRES_CONNECTION_STRING: postgres }),
      ...(redis === undefined ? {} : { LANDLINE_REDIS_CONNECTION_STRING: redis }),
    },
  })
}

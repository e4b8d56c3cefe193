import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { SessionId } from '../protocol/ids.ts'
import { inProcessFanOut } from './fan-out/in-process.ts'
import type { Clock, FanOut, Log, Secrets, Store } from './hub/ports.ts'
import type { SharedBackends } from './shared-backends-port.ts'
import { DatabaseFault } from './store/sqlite/database.ts'
import { openSqliteStore } from './store/sqlite/sqlite-store.ts'

export type OpenedBackends =
  | {
      readonly kind: 'opened'
      readonly store: Store
      readonly fanOut: FanOut
      close(): Promise<void>
    }
  /** A sentence for the person who started the server. */
  | { readonly kind: 'failed'; readonly message: string; readonly fault?: DatabaseFault }

/** The store and the fan-out: a file and this process alone, or what the nodes of a cluster share. */
export async function openBackends(
  options: {
    readonly dataDir: string
    readonly sessionName?: string | undefined
    readonly sessionId?: SessionId | undefined
    readonly shared?: SharedBackends | undefined
  },
  ports: { readonly secrets: Secrets; readonly clock: Clock; readonly log: Log },
): Promise<OpenedBackends> {
  const { dataDir, sessionName, sessionId, shared } = options
  try {
    // Keys and secrets are kept there in any case.
    mkdirSync(dataDir, { recursive: true, mode: 0o700 })
    if (shared === undefined) {
      const { uuid, hash } = ports.secrets
      const file = join(dataDir, 'session.db')
      const store = openSqliteStore({ file, sessionName, sessionId, uuid, hash })
      return { kind: 'opened', store, fanOut: inProcessFanOut(), close: () => store.close() }
    }
    const store = await shared.openStore({ sessionName, sessionId, ...ports })
    const { fanOut, close } = shared.openFanOut({ session: store.session.id, ...ports })
    return {
      ...{ kind: 'opened', store, fanOut },
      async close() {
        await close()
        await store.close()
      },
    }
  } catch (fault) {
    const message = describe(fault, shared !== undefined)
    return { kind: 'failed', message, ...(fault instanceof DatabaseFault ? { fault } : {}) }
  }
}

function describe(fault: unknown, isShared: boolean): string {
  if (fault instanceof DatabaseFault) return fault.message
  const faults = fault instanceof AggregateError ? fault.errors : [fault]
  const words = faults.map((each) => (each instanceof Error ? each.message : String(each)))
  return isShared ? `PostgreSQL cannot be used: ${words.join('; ')}` : words.join('; ')
}

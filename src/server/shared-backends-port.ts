import type { SessionId } from '../protocol/ids.ts'
import type { Clock, FanOut, Log, Secrets, Store } from './hub/ports.ts'

/**
 * What the nodes of one session share, instead of a file of its own for each. The app has none of it, and none of
 * the packages it needs.
 */
export interface SharedBackends {
  /** Rejects when the database cannot be reached or used. */
  openStore(options: {
    readonly sessionName: string | undefined
    readonly sessionId: SessionId | undefined
    readonly secrets: Secrets
    readonly clock: Clock
    readonly log: Log
  }): Promise<Store>
  openFanOut(options: {
    readonly session: SessionId
    readonly secrets: Secrets
    readonly clock: Clock
    readonly log: Log
  }): { readonly fanOut: FanOut; close(): Promise<void> }
}

import type { MemberId } from '../../../protocol/ids.ts'
import type { Clock } from '../../hub/ports.ts'
import type { HubConnection } from './hub-connection.ts'

/** A client comes with its WebSocket soon after it has negotiated. */
const EXPIRES_MS = 30_000
/** Negotiated and not yet come: each is a few hundred bytes. */
const MAX_PENDING = 10_000

/** What was agreed by `negotiate`, under the token that only this client knows. */
export interface Negotiated {
  readonly connectionId: string
  readonly member: MemberId
  readonly mayResume: boolean
  readonly expiresAt: number
  connection: HubConnection | undefined
}

export interface NegotiatedConnections {
  /** Undefined when too many wait already. */
  add(token: string, entry: Omit<Negotiated, 'connection' | 'expiresAt'>): Negotiated | undefined
  get(token: string): Negotiated | undefined
  delete(token: string): void
  /** Forgets those that never came. */
  tick(): void
}

export function createNegotiated(clock: Pick<Clock, 'monotonic'>): NegotiatedConnections {
  const entries = new Map<string, Negotiated>()
  return {
    add(token, entry) {
      if (entries.size >= MAX_PENDING) {
        let pending = 0
        for (const { connection } of entries.values()) if (connection === undefined) pending++
        if (pending >= MAX_PENDING) return undefined
      }
      const expiresAt = clock.monotonic() + EXPIRES_MS
      const added: Negotiated = { ...entry, expiresAt, connection: undefined }
      entries.set(token, added)
      return added
    },
    get: (token) => entries.get(token),
    delete: (token) => void entries.delete(token),
    tick() {
      const now = clock.monotonic()
      for (const [token, { connection, expiresAt }] of entries) {
        if (connection === undefined && now >= expiresAt) entries.delete(token)
      }
    },
  }
}

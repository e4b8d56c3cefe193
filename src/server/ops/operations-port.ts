import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { FanOut, Store } from '../hub/ports.ts'
import type { CountingMeter } from './counting-meter.ts'
import type { NodeState } from './metrics/node-gauges.ts'
import type { Dependency } from './readiness.ts'

/**
 * What operators add around a server: figures, health, limits by address, traces. The app's embedded server has
 * none of it, and none of the packages it needs.
 */
export interface Operations {
  readonly meter: CountingMeter
  /** The same store and fan-out, watched. */
  store(store: Store): Store
  fanOut(fanOut: FanOut): FanOut
  addressOf(request: IncomingMessage): string
  /** Somebody has connected, and is let go of when their address has too many sockets. */
  connected(socket: Socket): void
  /** True when it answered the request to upgrade itself, with a refusal. */
  turnsAway(request: IncomingMessage, raw: Duplex): boolean
  /** True when it answered the request. */
  answers(request: IncomingMessage, response: ServerResponse): boolean
  /** The server is there; begins to listen on the admin port, where there is one. */
  start(parts: {
    readonly state: NodeState
    readonly dependencies: readonly Dependency[]
  }): Promise<
    | { readonly kind: 'started'; readonly adminUrl: string | null }
    | { readonly kind: 'fault'; readonly message: string }
  >
  stop(): Promise<void>
}

import type { Connection } from './connection.ts'
import type { Clock, Meter } from './ports.ts'

const TICK_MS = 1_000

/** Liveness (D13): one timer for all connections; each is pinged when its own interval is over. */
export interface Heartbeat {
  /** Anything the peer sends is a sign of life. */
  heard(connection: Connection): void
  pong(connection: Connection): void
  stop(): void
}

export function createHeartbeat(ports: {
  readonly clock: Clock
  readonly meter: Meter
  readonly connections: ReadonlySet<Connection>
  readonly intervalMs: number
  readonly timeoutMs: number
  readonly timedOut: (connection: Connection) => void
}): Heartbeat {
  const { clock, meter, connections, intervalMs, timeoutMs } = ports
  const waiting = new Set<Connection>()
  let cancel = clock.after(TICK_MS, tick)

  function tick(): void {
    cancel = clock.after(TICK_MS, tick)
    const now = clock.monotonic()
    for (const connection of waiting) {
      if (!connections.has(connection)) waiting.delete(connection)
      else if (now - (connection.pingedAt ?? now) >= timeoutMs) {
        waiting.delete(connection)
        ports.timedOut(connection)
      }
    }
    for (const connection of connections) {
      if (connection.pingedAt !== undefined || now - connection.lastPing < intervalMs) continue
      connection.lastPing = now
      connection.pingedAt = now
      waiting.add(connection)
      connection.socket.ping()
    }
  }

  function heard(connection: Connection): void {
    if (connection.pingedAt === undefined) return
    connection.pingedAt = undefined
    waiting.delete(connection)
  }

  return {
    heard,
    pong(connection) {
      if (connection.pingedAt !== undefined) {
        connection.roundTrip = clock.monotonic() - connection.pingedAt
        meter.observe('round-trip-ms', connection.roundTrip)
      }
      heard(connection)
    },
    stop: () => cancel(),
  }
}

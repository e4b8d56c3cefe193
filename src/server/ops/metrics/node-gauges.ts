import { monitorEventLoopDelay } from 'node:perf_hooks'
import { collectDefaultMetrics, Counter, Gauge, type Registry } from 'prom-client'
import type { Health } from '../../hub/health.ts'
import type { Clock } from '../../hub/ports.ts'
import type { Refused } from '../address-gate.ts'

/** What is asked for when the figures are fetched. */
export interface NodeState {
  connections(): number
  onlinePeople(): number
  queuedBytes(): number
  /** Closes the slowest readers until no more than this waits. */
  shed(maxBytes: number): number
  isDraining(): boolean
}

export interface NodeGauges {
  /** Forgets delays of the event loop after a while, until it is stopped. */
  begin(clock: Pick<Clock, 'after'>): void
  /** Longest delay of the event loop of the last seconds, in milliseconds. Asking changes nothing. */
  lag(): number
  refused(why: Refused): void
  stop(): void
}

const RESOLUTION_MS = 20
const LAG_WINDOW_MS = 5_000

export function createNodeGauges(
  registry: Registry,
  sources: {
    state(): NodeState | undefined
    fanOutDropped(): number
    /** Of each part that readiness asks. */
    health(): Promise<ReadonlyMap<string, Health>>
  },
): NodeGauges {
  collectDefaultMetrics({ register: registry })
  const registers = [registry]
  const gauge = (name: string, help: string, read: (state: NodeState) => number): void => {
    new Gauge({
      ...{ name, help, registers },
      collect() {
        const now = sources.state()
        this.set(now === undefined ? 0 : read(now))
      },
    })
  }
  gauge('websocket_active_connections', 'Connections that are open.', (now) => now.connections())
  gauge('websocket_send_queue_bytes', 'Bytes that wait in all send queues.', (now) =>
    now.queuedBytes(),
  )
  gauge('landline_people_online', 'People who are here.', (now) => now.onlinePeople())
  gauge('landline_draining', '1 while the node drains.', (now) => (now.isDraining() ? 1 : 0))
  new Counter({
    name: 'landline_fan_out_dropped_total',
    help: 'Signals that could not be sent to other nodes; those find what they miss by its number.',
    registers,
    collect() {
      this.reset()
      this.inc(sources.fanOutDropped())
    },
  })
  new Gauge({
    name: 'landline_check_ok',
    help: '1 while this part answers, by the names of /health/ready.',
    labelNames: ['check'],
    registers,
    async collect() {
      const parts = await sources.health()
      for (const [check, { ok }] of parts) this.set({ check }, ok ? 1 : 0)
    },
  })
  const refused = new Counter({
    name: 'websocket_connections_refused_total',
    help: 'Connections turned away before they were read, by reason.',
    labelNames: ['reason'],
    registers,
  })
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  delay.enable()
  // The timer's own interval is no delay.
  const longest = (): number =>
    delay.count === 0 ? 0 : Math.max(0, delay.max / 1e6 - RESOLUTION_MS)
  let before = 0
  let cancel = (): void => {}
  function begin(clock: Pick<Clock, 'after'>): void {
    cancel = clock.after(LAG_WINDOW_MS, () => {
      before = longest()
      delay.reset()
      begin(clock)
    })
  }
  return {
    begin,
    lag: () => Math.max(before, longest()),
    refused: (reason) => refused.inc({ reason }),
    stop() {
      cancel()
      delay.disable()
      registry.clear()
    },
  }
}

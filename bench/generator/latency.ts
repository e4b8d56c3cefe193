import { connect } from 'node:net'
import { once } from 'node:events'
import { percentile } from '../figures/statistics.ts'
import { awaited } from './attendance.ts'
import type { Crowd } from './crowd.ts'
import { within } from './stretch.ts'
import type { Latency } from './orders.ts'

const ROUND_TRIPS_WITHIN_MS = 30_000

const latencyOf = (values: readonly number[]): Latency => ({
  p50: percentile(values, 0.5),
  p99: percentile(values, 0.99),
})

export const latenciesOf = (values: readonly number[]): Latency & { readonly mean: number } => ({
  ...latencyOf(values),
  mean: values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length),
})

/**
 * The first person writes, one message after the other. People of number 0, nodes, 2 x nodes … are at the first node;
 * `added` is by how much the last of the others hear later than the last of those.
 */
export async function addedLatency(
  crowd: Crowd,
  nodes: number,
  messages: number,
): Promise<{ readonly near: Latency; readonly far: Latency; readonly added: Latency }> {
  const near: number[] = []
  const far: number[] = []
  const added: number[] = []
  const all = crowd.people.length
  for (let message = 0; message < messages; message++) {
    const through = awaited()
    let heard = 0
    let nearAt = 0
    let farAt = 0
    crowd.onMessages = (person, count) => {
      heard += count
      if (person % nodes === 0) nearAt = performance.now()
      else farAt = performance.now()
      if (heard === all) through.resolve()
    }
    const sentAt = performance.now()
    crowd.people[0]?.attendance.post()
    await crowd.unlessFaulty(within(through.promise, 'a message did not reach everybody'))
    near.push(nearAt - sentAt)
    if (nodes > 1) {
      far.push(farAt - sentAt)
      added.push(farAt - nearAt)
    }
  }
  return { near: latencyOf(near), far: latencyOf(far), added: latencyOf(added) }
}

export async function redisRoundTrip(port: number, times: number): Promise<Latency> {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true })
  const signal = AbortSignal.timeout(ROUND_TRIPS_WITHIN_MS)
  await once(socket, 'connect', { signal })
  const values: number[] = []
  for (let time = 0; time < times; time++) {
    const startedAt = performance.now()
    socket.write('PING\r\n')
    await once(socket, 'data', { signal })
    values.push(performance.now() - startedAt)
  }
  socket.destroy()
  return latencyOf(values)
}

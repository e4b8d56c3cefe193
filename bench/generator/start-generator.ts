import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { GENERATOR_CORE, startWorker } from '../processes.ts'
import type { Answer, Latency, Measured, Order } from './orders.ts'

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url))

type Load = Extract<Order, { kind: 'fan-out' | 'send' | 'rounds' | 'reconnect' }>

/** What it waits for is bounded by itself; this is for one that does not run at all. */
const ANSWERS_WITHIN_MS = 600_000

/** A generator process, and how to tell it what to do. */
export interface Generator {
  gather(order: Omit<Extract<Order, { kind: 'gather' }>, 'kind'>): Promise<void>
  measure(order: Load): Promise<Measured>
  addedLatency(messages: number): Promise<Extract<Answer, { kind: 'added' }>>
  redisRoundTrip(port: number, times: number): Promise<Latency>
  leave(): Promise<void>
  stop(): Promise<void>
}

export function startGenerator(): Generator {
  const child = startWorker(GENERATOR_CORE, MAIN, [])
  const ended = once(child, 'exit')

  async function ask<Kind extends Answer['kind']>(
    order: Order,
    kind: Kind,
  ): Promise<Extract<Answer, { kind: Kind }>> {
    const waiting = new AbortController()
    const { signal } = waiting
    const failed = (why: string): Answer => ({ kind: 'failed', why })
    const answered = once(child, 'message', { signal })
    child.send(order, () => {})
    const late = delay(ANSWERS_WITHIN_MS, failed('it did not answer'), { signal })
    answered.catch(() => {})
    late.catch(() => {})
    const answer = await Promise.race([
      answered.then(([message]) => message as Answer),
      ended.then(() => failed('the generator ended')),
      late,
    ]).finally(() => waiting.abort())
    if (answer.kind === 'failed') throw new Error(`${order.kind}: ${answer.why}`)
    if (answer.kind !== kind) throw new Error(`${order.kind} was answered with ${answer.kind}`)
    return answer as Extract<Answer, { kind: Kind }>
  }
  return {
    gather: async (order) => void (await ask({ kind: 'gather', ...order }, 'done')),
    measure: async (order) => (await ask(order, 'measured')).measured,
    addedLatency: (messages) => ask({ kind: 'added-latency', messages }, 'added'),
    redisRoundTrip: async (port, times) =>
      (await ask({ kind: 'redis-round-trip', port, times }, 'latency')).latency,
    leave: async () => void (await ask({ kind: 'leave' }, 'done')),
    async stop() {
      child.kill('SIGKILL')
      await ended
    },
  }
}

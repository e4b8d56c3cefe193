/**
 * Three nodes as processes of their own, a real PostgreSQL, a real Redis, people who write all the time, and everything
 * that can fail failing. In the end every message that was sent must be there once, in one order, with everybody.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { openPostgresStore } from '../../server/store/postgres/postgres-store.ts'
import { systemSecrets } from '../../server/ops/system-secrets.ts'
import { type SeededRandom, seededRandom } from '../seeded-random.ts'
import { startPostgres } from '../services/postgres.ts'
import { startRedis } from '../services/redis.ts'
import { freePort } from '../services/service-process.ts'
import { gatherCrowd } from './crowd.ts'
import { type NodeProcess, startNode } from './node-process.ts'

export const faults = [
  'node-killed',
  'node-restarted',
  'rolling-restart',
  'redis-killed',
  'redis-hung',
  'redis-flushed',
  'postgres-killed',
  'postgres-hung',
] as const
export type Fault = (typeof faults)[number]

export interface SoakResult {
  readonly sent: number
  readonly faults: readonly Fault[]
  /** Milliseconds from the last message until everybody had everything. */
  readonly settledAfter: number
  readonly problems: readonly string[]
  /** Lines that nodes logged as warnings. */
  readonly warnings: number
}

const SECRET = 'soak'
const SETTLED_WITHIN_MS = 60_000

export async function soak(options: {
  readonly people: number
  readonly seed: number
  /** How long an outage lasts at most. */
  readonly outageMs: number
  /** What fails, one after the other; undefined ends it. */
  readonly next: (random: SeededRandom, count: number) => Fault | undefined
  readonly say: (line: string) => void
}): Promise<SoakResult> {
  const { people, seed, outageMs, say } = options
  const random = seededRandom(seed)
  const folder = mkdtempSync(join(tmpdir(), 'landline-soak-'))
  const [postgres, redis] = await Promise.all([startPostgres(), startRedis()])
  const url = postgres.url('public')
  const nodes: NodeProcess[] = []
  const happened: Fault[] = []
  const problems: string[] = []
  let warnings = 0

  const start = async (index: number, port: number): Promise<void> => {
    nodes[index] = await startNode({
      ...{ port, dataDir: join(folder, `node-${index}`), secret: SECRET, postgres: url },
      redis: redis.url,
      onWarning: () => warnings++,
    })
  }
  async function restart(index: number, end: (node: NodeProcess) => Promise<unknown>) {
    const node = nodes[index]
    if (node === undefined) throw new Error('there is no such node')
    await end(node)
    await start(index, node.port)
  }
  const outage = (): Promise<void> => delay(random.int(Math.min(200, outageMs), outageMs))
  async function drain(node: NodeProcess): Promise<void> {
    const code = await node.drain()
    if (code !== 0) problems.push(`a node that was told to end ended with ${code}`)
  }

  async function happen(fault: Fault): Promise<void> {
    happened.push(fault)
    say(fault)
    switch (fault) {
      case 'node-killed':
        return restart(random.int(0, nodes.length - 1), (node) => node.kill())
      case 'node-restarted':
        return restart(random.int(0, nodes.length - 1), drain)
      case 'rolling-restart':
        for (const index of nodes.keys()) await restart(index, drain)
        return
      case 'redis-killed':
        await redis.kill()
        await outage()
        return redis.start()
      case 'redis-hung':
        redis.freeze()
        await outage()
        return redis.thaw()
      case 'redis-flushed':
        redis.ask('FLUSHALL')
        return
      case 'postgres-killed':
        await postgres.kill()
        await outage()
        return postgres.start()
      case 'postgres-hung':
        postgres.freeze()
        await outage()
        return postgres.thaw()
    }
  }

  try {
    const ports = [await freePort(), await freePort(), await freePort()]
    await Promise.all(ports.map((port, index) => start(index, port)))
    const secrets = systemSecrets()
    const store = await openPostgresStore({ ...secrets, url, log: () => {} })
    const { session } = store
    await store.close()
    const crowd = await gatherCrowd({ folder, people, session, ports, secret: SECRET, random })
    try {
      let isOver = false
      const writing = (async () => {
        while (!isOver) await crowd.writeUntil(performance.now() + 1_000)
      })()
      for (;;) {
        const fault = options.next(random, happened.length)
        if (fault === undefined) break
        await happen(fault)
        await delay(random.int(200, 1_000))
      }
      isOver = true
      await writing
      const before = performance.now()
      problems.push(...(await crowd.settle(SETTLED_WITHIN_MS)))
      const settledAfter = Math.round(performance.now() - before)
      problems.push(...(await crowd.compare()))
      const sent = [...crowd.written.values()].reduce((sum, texts) => sum + texts.length, 0)
      return { sent, faults: happened, settledAfter, problems, warnings }
    } finally {
      crowd.close()
    }
  } finally {
    await Promise.all(nodes.map((node) => node.kill()))
    await Promise.all([postgres.dispose(), redis.dispose()])
    rmSync(folder, { recursive: true, force: true })
  }
}

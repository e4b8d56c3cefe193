/**
 * Three nodes as processes of their own, a real PostgreSQL, a real Redis, people who write all the time, and everything
 * that can fail failing. After each fault every message that was sent must be there once, in one order, with everybody.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { openPostgresStore } from '../../server/store/postgres/postgres-store.ts'
import { systemSecrets } from '../../server/ops/system-secrets.ts'
import { seededRandom } from '../seeded-random.ts'
import { startPostgres } from '../services/postgres.ts'
import { startRedis } from '../services/redis.ts'
import { freePort } from '../services/service-process.ts'
import { type Crowd, gatherCrowd } from './crowd.ts'
import { type Fault, happen, isPartition, possibleFaults } from './faults.ts'
import { createNodeNetworks, type NodeNetworks } from './networks.ts'
import { type NodeProcess, startNode } from './node-process.ts'

export interface SoakPlan {
  readonly people: number
  readonly seed: number
  /** What fails first, one after the other, and for how long where something is away. */
  readonly first: readonly { readonly fault: Fault; readonly outageMs: number }[]
  /** Then whatever comes up, until so long after the start, away for at most `outageMs`. */
  readonly untilMs: number
  readonly outageMs: number
  /** After every fault, or once in the end. */
  readonly check: 'each' | 'end'
}

export interface SoakResult {
  readonly sent: number
  readonly faults: readonly Fault[]
  /** Milliseconds from the last message until everybody had everything, at worst. */
  readonly settledAfter: number
  readonly problems: readonly string[]
  /** Lines that nodes logged as warnings. */
  readonly warnings: number
}

const NODES = 3
const SECRET = 'soak'
const SETTLED_WITHIN_MS = 120_000

/** `ward`: the network namespace this process runs in, if it does; without one, nodes cannot be parted. */
export async function soak(
  plan: SoakPlan,
  ward: string | undefined,
  say: (line: string) => void,
): Promise<SoakResult> {
  const startedAt = performance.now()
  const random = seededRandom(plan.seed)
  const folder = mkdtempSync(join(tmpdir(), 'landline-soak-'))
  const [postgres, redis] = await Promise.all([startPostgres(), startRedis()])
  const url = postgres.url('public')
  const nodes: NodeProcess[] = []
  const happened: Fault[] = []
  const problems: string[] = []
  let networks: NodeNetworks | undefined
  let warnings = 0
  let settledAfter = 0

  async function start(index: number, port: number): Promise<void> {
    const namespace = networks?.namespaces[index]
    nodes[index] = await startNode({
      ...{ port, dataDir: join(folder, `node-${index}`), secret: SECRET, postgres: url },
      ...{ redis: redis.url, namespace, onWarning: () => warnings++ },
    })
  }
  function* coming(): Generator<SoakPlan['first'][number]> {
    for (const one of plan.first) if (networks || !isPartition(one.fault)) yield one
    while (performance.now() - startedAt < plan.untilMs) {
      const outageMs = random.int(Math.min(200, plan.outageMs), plan.outageMs)
      yield { fault: random.pick(possibleFaults(networks !== undefined)), outageMs }
    }
  }
  async function check(crowd: Crowd, what: 'new' | 'everything'): Promise<void> {
    const before = performance.now()
    const found = await crowd.settle(SETTLED_WITHIN_MS)
    const took = Math.round(performance.now() - before)
    settledAfter = Math.max(settledAfter, took)
    found.push(...(await crowd.compare(what)))
    problems.push(...found)
    const sum = `${crowd.sentCount()} messages so far, all settled after ${took} ms`
    say(found.length === 0 ? `  ${sum}` : `  FAILED: ${found.slice(0, 20).join('; ')}`)
  }
  async function fail(crowd: Crowd): Promise<void> {
    const surroundings = {
      ...{ nodes, postgres, redis, networks, random },
      startAgain: (index: number) => start(index, nodes[index]?.port ?? 0),
      onProblem: (problem: string) => void problems.push(problem),
    }
    let writing = crowd.write()
    for (const { fault, outageMs } of coming()) {
      happened.push(fault)
      say(`${fault}, ${outageMs} ms where something is away`)
      await happen(fault, outageMs, surroundings)
      await delay(random.int(200, 1_000))
      if (plan.check === 'end') continue
      await writing.stop()
      await check(crowd, 'new')
      writing = crowd.write()
    }
    await writing.stop()
    await check(crowd, 'everything')
  }

  try {
    const ports = await Promise.all(Array.from({ length: NODES }, freePort))
    const servicePorts = [postgres.port, redis.port]
    if (ward !== undefined) networks = createNodeNetworks({ ward, nodePorts: ports, servicePorts })
    await Promise.all(ports.map((port, index) => start(index, port)))
    const store = await openPostgresStore({ ...systemSecrets(), url, log: () => {} })
    const { session } = store
    await store.close()
    const { people } = plan
    const crowd = await gatherCrowd({ folder, people, session, ports, secret: SECRET, random })
    say(`everybody came in: ${people} people at ${NODES} nodes`)
    try {
      await fail(crowd)
      return { sent: crowd.sentCount(), faults: happened, settledAfter, problems, warnings }
    } finally {
      crowd.close()
    }
  } finally {
    await Promise.all(nodes.map((node) => node.kill()))
    await Promise.all([postgres.dispose(), redis.dispose(), networks?.dispose()])
    rmSync(folder, { recursive: true, force: true })
  }
}

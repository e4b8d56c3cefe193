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
import { type Fault, happen, isPartition, meanwhile, possibleFaults } from './faults.ts'
import { createNodeNetworks, type NodeNetworks } from './networks.ts'
import { type NodeProcess, startNode } from './node-process.ts'

export interface SoakPlan {
  readonly people: number
  readonly seed: number
  /**
   * What fails first, one after the other, and how long it is away at least where something is: until everybody has
   * come to what they come to `meanwhile`.
   */
  readonly first: readonly Planned[]
  /** Then whatever comes up, until so long after the start, away for at most `outageMs`. */
  readonly untilMs: number
  readonly outageMs: number
}
export interface Planned {
  readonly fault: Fault
  readonly outageMs: number
}

/** One fault, and what everybody had after it. */
export interface SoakRound {
  readonly fault: Fault
  /** Milliseconds that it lasted. */
  readonly lasted: number
  /** Messages that were written while it lasted and until everybody had written. */
  readonly sent: number
  /** Milliseconds from the last message until everybody had everything. */
  readonly settledAfter: number
  readonly problems: readonly string[]
}

export interface SoakResult {
  readonly sent: number
  readonly rounds: readonly SoakRound[]
  /** Of the last round, which is the first that has any, or of the look at everything in the end. */
  readonly problems: readonly string[]
  /** Lines that nodes logged as warnings. */
  readonly warnings: number
}

const NODES = 3
const SECRET = 'soak'
/** Bounds of what never comes, far beyond what a busy machine needs. */
const SETTLED_WITHIN_MS = 180_000
const DONE_WITHIN_MS = 120_000

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
  const rounds: SoakRound[] = []
  let networks: NodeNetworks | undefined
  let warnings = 0

  async function start(index: number, port: number): Promise<void> {
    const namespace = networks?.namespaces[index]
    nodes[index] = await startNode({
      ...{ port, dataDir: join(folder, `node-${index}`), secret: SECRET, postgres: url },
      ...{ redis: redis.url, namespace, onWarning: () => warnings++ },
    })
  }
  function* coming(): Generator<Planned & { readonly isFirst: boolean }> {
    for (const one of plan.first) {
      if (networks || !isPartition(one.fault)) yield { ...one, isFirst: true }
    }
    while (performance.now() - startedAt < plan.untilMs) {
      const outageMs = random.int(Math.min(200, plan.outageMs), plan.outageMs)
      const fault = random.pick(possibleFaults(networks !== undefined))
      yield { fault, outageMs, isFirst: false }
    }
  }
  async function goThrough(
    crowd: Crowd,
    { fault, outageMs, isFirst }: Planned & { readonly isFirst: boolean },
  ): Promise<SoakRound> {
    const problems: string[] = []
    const [sentBefore, begunAt] = [crowd.sentCount(), performance.now()]
    const whole = crowd.fromNowOn()
    const writing = crowd.write()
    await happen(fault, {
      ...{ nodes, postgres, redis, networks, random },
      startAgain: (index: number) => start(index, nodes[index]?.port ?? 0),
      async last() {
        const outage = crowd.fromNowOn()
        const done = isFirst ? outage.everybody(meanwhile(fault), DONE_WITHIN_MS) : []
        const [found] = await Promise.all([done, delay(outageMs)])
        problems.push(...found.map((each) => `${each} while it lasted`))
      },
      onProblem: (problem: string) => void problems.push(problem),
    })
    const lasted = Math.round(performance.now() - begunAt)
    problems.push(...(await whole.everybody('writes', DONE_WITHIN_MS)))
    await writing.stop()
    const stoppedAt = performance.now()
    problems.push(...(await crowd.settle(SETTLED_WITHIN_MS)))
    const settledAfter = Math.round(performance.now() - stoppedAt)
    problems.push(...(await crowd.compare('new')))
    return { fault, lasted, sent: crowd.sentCount() - sentBefore, settledAfter, problems }
  }
  async function goThroughAll(crowd: Crowd): Promise<readonly string[]> {
    for (const one of coming()) {
      say(`${one.fault}, ${one.outageMs} ms at least where something is away`)
      const round = await goThrough(crowd, one)
      rounds.push(round)
      const { lasted, sent, settledAfter, problems } = round
      // What comes after that would say the same again.
      if (problems.length > 0) return problems
      say(`  lasted ${lasted} ms, ${sent} messages, all settled after ${settledAfter} ms`)
    }
    return crowd.compare('everything')
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
      const problems = await goThroughAll(crowd)
      return { sent: crowd.sentCount(), rounds, problems, warnings }
    } finally {
      crowd.close()
    }
  } finally {
    await Promise.all(nodes.map((node) => node.kill()))
    await Promise.all([postgres.dispose(), redis.dispose(), networks?.dispose()])
    rmSync(folder, { recursive: true, force: true })
  }
}

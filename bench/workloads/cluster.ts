/**
 * Three nodes over a real PostgreSQL, synced to disk, and a real Redis. All nodes share the servers' core here, and
 * the two services have no core of their own: what counts is what a node needs for each delivery, and how much later
 * those at another node hear.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { startPostgres } from '../../src/testing/services/postgres.ts'
import { startRedis } from '../../src/testing/services/redis.ts'
import type { Comparison, Row } from '../figures/rows.ts'
import { spreadOf } from '../figures/statistics.ts'
import { type Generator, startGenerator } from '../generator/start-generator.ts'
import type { ServerProcess } from '../processes.ts'
import type { Measured, Room } from '../generator/orders.ts'
import { startOurs } from '../servers/start-subject.ts'
import { makePostgresStore } from '../stores/postgres.ts'
import { type Conditions, figureOf, type Load, type Workload } from './workload.ts'

const NODES = 3
const AT_EACH = 300
const WRITERS = [1, 32, 256] as const
/** Who came is announced to all nodes, and first pings are answered. */
const REST_MS = 2_000

interface Cluster {
  readonly folder: string
  readonly roster: string
  readonly postgres: string
  readonly redis: string
  readonly redisPort: number
}

export const cluster: Workload = {
  name: 'cluster',
  needs: ['initdb', 'postgres', 'psql', 'redis-server', 'redis-cli'],
  async run(conditions) {
    const folder = join(conditions.folder, 'cluster')
    mkdirSync(folder)
    const roster = join(folder, 'roster.json')
    const postgres = await conditions.own(startPostgres({ durable: true }))
    try {
      const url = postgres.url('public')
      const redis = await conditions.own(startRedis())
      try {
        await makePostgresStore(url, roster, NODES * AT_EACH)
        conditions.say('  the store is made')
        const parts = { folder, roster, postgres: url, redis: redis.url, redisPort: redis.port }
        return await measureCluster(conditions, parts)
      } finally {
        await redis.dispose()
      }
    } finally {
      await postgres.dispose()
    }
  },
}

async function measureCluster(conditions: Conditions, parts: Cluster) {
  const { say, repetitions, quick, ms } = conditions
  const nodes: ServerProcess[] = []
  const generator = startGenerator()
  const addNode = async (): Promise<void> => {
    const folder = join(parts.folder, `node-${nodes.length}`)
    nodes.push(await startOurs({ ...parts, folder }))
  }
  const measure = async (people: number, room: Room, load: Load): Promise<Measured[]> => {
    await gather(generator, nodes, parts, people, room)
    const all: Measured[] = []
    for (let time = 0; time < repetitions; time++) all.push(await generator.measure(load))
    await generator.leave()
    return all
  }
  const addedLatency = async (people: number) => {
    await gather(generator, nodes, parts, people, 'common')
    const all = []
    for (let time = 0; time < repetitions; time++) {
      all.push(await generator.addedLatency(quick ? 100 : 300))
    }
    await generator.leave()
    return all
  }
  try {
    await addNode()
    const rows: Row[] = []
    for (const writers of WRITERS) {
      const all = await measure(writers, 'own', { kind: 'send', ms })
      const figures = { ours: figureOf(all, true) }
      rows.push({
        ...{ workload: `send into PostgreSQL, one node, c=${writers}`, unit: 'sends/s' },
        ...{ figures, targets: [] },
      })
    }
    say('  one node has written')
    const fanOut: Load = { kind: 'fan-out', inFlight: 1, ms }
    const alone = await measure(AT_EACH, 'common', fanOut)
    const nearAlone = await addedLatency(NODES)
    while (nodes.length < NODES) await addNode()
    say(`  ${NODES} nodes`)
    const together = await measure(NODES * AT_EACH, 'common', fanOut)
    const latencies = await addedLatency(NODES)
    const trips = []
    for (let time = 0; time < repetitions; time++) {
      trips.push(await generator.redisRoundTrip(parts.redisPort, 1_000))
    }
    rows.push({
      ...{ workload: `${NODES} nodes, N=${NODES * AT_EACH} w1`, unit: 'deliveries/s' },
      ...{ figures: { ours: figureOf(together, true) }, targets: [] },
    })
    const trip = {
      p50: spreadOf(trips.map(({ p50 }) => p50)),
      p99: spreadOf(trips.map(({ p99 }) => p99)),
    }
    const comparisons: Comparison[] = [
      {
        ...{ what: `fan-out N=${AT_EACH} a node w1, of each node for a delivery`, unit: 'µs' },
        here: spreadOf(together.map(({ microseconds }) => microseconds)),
        against: {
          name: 'a node alone',
          value: spreadOf(alone.map(({ microseconds }) => microseconds)),
        },
        bound: { atMost: 1.15 },
      },
      {
        ...{ what: 'heard at another node, added to the own, p50', unit: 'ms' },
        here: spreadOf(latencies.map(({ added }) => added.p50)),
        against: { name: 'one round trip to Redis', value: trip.p50 },
        bound: { atMost: 2 },
      },
      {
        ...{ what: 'heard at another node, added to the own, p99', unit: 'ms' },
        here: spreadOf(latencies.map(({ added }) => added.p99)),
        against: { name: 'one round trip to Redis', value: trip.p99 },
      },
      ...(['p50', 'p99'] as const).map((which): Comparison => ({
        ...{ what: `written until heard at another node, ${which}`, unit: 'ms' },
        here: spreadOf(latencies.map(({ far }) => far[which])),
        against: {
          name: 'at a node alone',
          value: spreadOf(nearAlone.map(({ near }) => near[which])),
        },
      })),
    ]
    return { rows, comparisons }
  } finally {
    await generator.stop()
    await Promise.all(nodes.map((node) => node.stop()))
  }
}

async function gather(
  generator: Generator,
  nodes: readonly ServerProcess[],
  { roster }: Cluster,
  people: number,
  room: Room,
): Promise<void> {
  await generator.gather({
    ...{ subject: 'ours', people, room, encrypted: false, roster, catchesUp: true },
    ports: nodes.map(({ port }) => port),
    pids: nodes.map(({ pid }) => pid),
  })
  await delay(REST_MS)
}

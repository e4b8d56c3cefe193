/** What can fail, and how it fails. */
import { setTimeout as delay } from 'node:timers/promises'
import type { SeededRandom } from '../seeded-random.ts'
import type { TestPostgres } from '../services/postgres.ts'
import type { TestRedis } from '../services/redis.ts'
import type { NodeNetworks } from './networks.ts'
import type { NodeProcess } from './node-process.ts'

const faultsAnywhere = [
  'node-killed',
  'node-restarted',
  'rolling-restart',
  'redis-killed',
  'redis-hung',
  'redis-flushed',
  'postgres-killed',
  'postgres-hung',
] as const
/** Only where each node has a network of its own. */
const partitions = [
  // From PostgreSQL, Redis, the other nodes and the people.
  'node-parted',
  // From PostgreSQL, Redis and the other nodes; its people still reach it.
  'node-parted-from-stores',
] as const
export type Fault = (typeof faultsAnywhere)[number] | (typeof partitions)[number]

export function possibleFaults(hasNetworks: boolean): readonly Fault[] {
  return hasNetworks ? [...faultsAnywhere, ...partitions] : faultsAnywhere
}

export function isPartition(fault: Fault): boolean {
  return partitions.some((one) => one === fault)
}

export interface Surroundings {
  readonly nodes: readonly NodeProcess[]
  readonly postgres: TestPostgres
  readonly redis: TestRedis
  readonly networks: NodeNetworks | undefined
  readonly random: SeededRandom
  /** Starts the node again, in its folder and on its port. */
  startAgain(index: number): Promise<void>
  readonly onProblem: (problem: string) => void
}

/** Resolves when what failed is there again; `outageMs`: how long it is away. */
export async function happen(
  fault: Fault,
  outageMs: number,
  { nodes, postgres, redis, networks, random, startAgain, onProblem }: Surroundings,
): Promise<void> {
  const anyNode = (): number => random.int(0, nodes.length - 1)
  async function restart(index: number, end: (node: NodeProcess) => Promise<unknown>) {
    const node = nodes[index]
    if (node === undefined) throw new Error('there is no such node')
    await end(node)
    await startAgain(index)
  }
  async function drain(node: NodeProcess): Promise<void> {
    const code = await node.drain()
    if (code !== 0) onProblem(`a node that was told to end ended with ${code}`)
  }
  async function part(...cables: Parameters<NodeNetworks['pull']>[1][]): Promise<void> {
    if (networks === undefined) throw new Error('there are no networks to part')
    const index = anyNode()
    networks.pull(index, ...cables)
    await delay(outageMs)
    networks.mend(index)
  }
  switch (fault) {
    case 'node-killed':
      return restart(anyNode(), (node) => node.kill())
    case 'node-restarted':
      return restart(anyNode(), drain)
    case 'rolling-restart':
      for (const index of nodes.keys()) await restart(index, drain)
      return
    case 'redis-killed':
      await redis.kill()
      await delay(outageMs)
      return redis.start()
    case 'redis-hung':
      redis.freeze()
      await delay(outageMs)
      return redis.thaw()
    case 'redis-flushed':
      redis.ask('FLUSHALL')
      return
    case 'postgres-killed':
      await postgres.kill()
      await delay(outageMs)
      return postgres.start()
    case 'postgres-hung':
      postgres.freeze()
      await delay(outageMs)
      return postgres.thaw()
    case 'node-parted':
      return part('stores', 'people')
    case 'node-parted-from-stores':
      return part('stores')
  }
}

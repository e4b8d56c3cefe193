/** What can fail, and how it fails. */
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

/** What people come to while it lasts. Only where nobody can commit, nothing gets through. */
export function meanwhile(fault: Fault): 'writes' | 'gets-through' {
  switch (fault) {
    case 'node-killed':
    case 'node-restarted':
    case 'rolling-restart':
    case 'redis-killed':
    case 'redis-hung':
    case 'redis-flushed':
    case 'node-parted':
      return 'gets-through'
    case 'postgres-killed':
    case 'postgres-hung':
    case 'node-parted-from-stores':
      return 'writes'
  }
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
  /** Resolves when it has been away for long enough. */
  last(): Promise<void>
  readonly onProblem: (problem: string) => void
}

/** Resolves when what failed is there again. */
export async function happen(
  fault: Fault,
  { nodes, postgres, redis, networks, random, startAgain, last, onProblem }: Surroundings,
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
    await last()
    networks.mend(index)
  }
  switch (fault) {
    case 'node-killed':
      return restart(anyNode(), async (node) => {
        await node.kill()
        await last()
      })
    case 'node-restarted':
      return restart(anyNode(), drain)
    case 'rolling-restart':
      for (const index of nodes.keys()) await restart(index, drain)
      return
    case 'redis-killed':
      await redis.kill()
      await last()
      return redis.start()
    case 'redis-hung':
      redis.freeze()
      await last()
      return redis.thaw()
    case 'redis-flushed':
      redis.ask('FLUSHALL')
      return
    case 'postgres-killed':
      await postgres.kill()
      await last()
      return postgres.start()
    case 'postgres-hung':
      postgres.freeze()
      await last()
      return postgres.thaw()
    case 'node-parted':
      return part('stores', 'people')
    case 'node-parted-from-stores':
      return part('stores')
  }
}

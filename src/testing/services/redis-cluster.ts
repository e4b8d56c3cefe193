/** Three Redis servers that share the slots of one cluster, for tests. */
import { setTimeout as delay } from 'node:timers/promises'
import { startRedis, type TestRedis } from './redis.ts'
import { freePort } from './service-process.ts'

const SLOTS = 16_384
const FORMED_WITHIN_MS = 20_000

export interface TestRedisCluster {
  readonly masters: readonly TestRedis[]
  /** `host:port,host:port,…` */
  readonly connectionString: string
  dispose(): Promise<void>
}

export async function startRedisCluster(): Promise<TestRedisCluster> {
  const busPorts = [await freePort(), await freePort(), await freePort()]
  const masters = await Promise.all(
    busPorts.map((busPort) =>
      startRedis([
        ...['--cluster-enabled', 'yes', '--cluster-config-file', 'nodes.conf'],
        ...['--cluster-port', `${busPort}`, '--cluster-node-timeout', '2000'],
      ]),
    ),
  )
  const [first] = masters
  for (const [index, master] of masters.entries()) {
    const from = Math.floor((SLOTS * index) / masters.length)
    const to = Math.floor((SLOTS * (index + 1)) / masters.length) - 1
    master.ask('CLUSTER', 'ADDSLOTSRANGE', `${from}`, `${to}`)
    // Of two that begin with the same number one would be given another, and lose slots meanwhile.
    master.ask('CLUSTER', 'SET-CONFIG-EPOCH', `${index + 1}`)
    if (index > 0)
      first?.ask('CLUSTER', 'MEET', '127.0.0.1', `${master.port}`, `${busPorts[index]}`)
  }
  const deadline = performance.now() + FORMED_WITHIN_MS
  const isFormed = (master: TestRedis): boolean =>
    /cluster_state:ok/.test(master.ask('CLUSTER', 'INFO')) &&
    master.ask('CLUSTER', 'NODES').split('\n').length === masters.length
  while (!masters.every(isFormed)) {
    if (performance.now() > deadline) throw new Error('the Redis cluster did not form')
    await delay(50)
  }
  return {
    masters,
    connectionString: masters.map(({ port }) => `127.0.0.1:${port}`).join(','),
    dispose: async () => void (await Promise.all(masters.map((master) => master.dispose()))),
  }
}

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { MemberId, RoomId } from '../../../protocol/ids.ts'
import { seededRandom } from '../../../testing/seeded-random.ts'
import {
  startRedisCluster,
  type TestRedisCluster,
} from '../../../testing/services/redis-cluster.ts'
import { programSupport } from '../../../testing/services/service-process.ts'
import type { Signal } from '../../hub/ports.ts'
import { systemClock } from '../../ops/system-clock.ts'
import { parseRedisAddress } from './connection-string.ts'
import { createRedisFanOut } from './redis-fan-out.ts'

const support = programSupport('redis-server', 'redis-cli')

describe.skipIf(support.kind === 'no')('a Redis Cluster', () => {
  let cluster: TestRedisCluster
  beforeAll(async () => {
    cluster = await startRedisCluster()
  }, 30_000)
  afterAll(() => cluster.dispose())

  it('spreads the rooms over its servers, and carries all of them', async () => {
    const parsed = parseRedisAddress(cluster.connectionString)
    if (parsed.kind === 'faults') throw new Error(parsed.faults.join(' '))
    const random = seededRandom(5)
    const nodes = [1, 2].map(() =>
      createRedisFanOut({
        ...{ address: parsed.address, keyPrefix: 'test:', node: random.uuid() },
        ...{ clock: systemClock(), log: { info() {}, warn() {} } },
      }),
    )
    const [a, b] = nodes
    if (a === undefined || b === undefined) throw new Error('no nodes')
    const heard: Signal[] = []
    const [aReady, bReady] = nodes.map(
      (node) =>
        new Promise<void>((resolve) =>
          node.subscribe((signal) => {
            if (signal.kind === 'restored') resolve()
          }),
        ),
    )
    const member = random.uuid() as MemberId
    const rooms = Array.from({ length: 40 }, () => random.uuid() as RoomId)
    const all = new Promise<void>((resolve) =>
      b.subscribe((signal) => {
        if (signal.kind === 'reads') heard.push(signal)
        if (heard.length === rooms.length) resolve()
      }),
    )
    await Promise.all([aReady, bReady])
    await b.serve(rooms)
    for (const [index, room] of rooms.entries()) {
      a.publish({ kind: 'reads', room, positions: [[member, index]] })
    }
    await all
    expect(new Set(heard.map((signal) => 'room' in signal && signal.room))).toEqual(new Set(rooms))
    const channels = cluster.masters.map((master) => master.ask('PUBSUB', 'SHARDCHANNELS'))
    for (const listed of channels) expect(listed).toContain('test:rooms:')
    expect(a.health()).toEqual({ ok: true })

    // One of the servers fails and comes back: nodes hear its rooms again without being told to.
    const [, second] = cluster.masters
    const back = new Promise<void>((resolve) => {
      b.subscribe((signal) => {
        if (signal.kind === 'restored') resolve()
      })
    })
    await second?.kill()
    await second?.start()
    await back
    const again = new Set<RoomId>()
    const heardAgain = new Promise<void>((resolve) =>
      b.subscribe((signal) => {
        if (signal.kind === 'typing') again.add(signal.room)
        if (again.size === rooms.length) resolve()
      }),
    )
    // The other node may need a moment longer; what it cannot say now, numbers would tell.
    const repeat = setInterval(() => {
      for (const room of rooms) a.publish({ kind: 'typing', room, member, active: true })
    }, 50)
    await heardAgain
    clearInterval(repeat)
    await Promise.all(nodes.map((node) => node.close()))
  })
})

import { type AddressInfo, createServer } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Epoch, MemberId, MessageId, RoomId } from '../../../protocol/ids.ts'
import { fanOutContract } from '../../../testing/contracts/fan-out-contract.ts'
import { type ManualClock, manualClock } from '../../../testing/manual-clock.ts'
import { type TestRedis, startRedis } from '../../../testing/services/redis.ts'
import { programSupport } from '../../../testing/services/service-process.ts'
import { seededRandom } from '../../../testing/seeded-random.ts'
import type { Signal } from '../../hub/ports.ts'
import { systemClock } from '../../ops/system-clock.ts'
import { parseRedisAddress } from './connection-string.ts'
import { seal } from './envelope.ts'
import { createRedisFanOut, type RedisFanOut } from './redis-fan-out.ts'

const support = programSupport('redis-server', 'redis-cli')
if (support.kind === 'no') {
  process.stderr.write(`\n⚠ SIGNALS OVER REDIS ARE NOT TESTED HERE: ${support.why}\n\n`)
}

const random = seededRandom(4)
const room = random.uuid() as RoomId
const other = random.uuid() as RoomId
const member = random.uuid() as MemberId
const reads = (seq: number, of = room): Signal => ({
  kind: 'reads',
  room: of,
  positions: [[member, seq]],
})

describe.skipIf(support.kind === 'no')('Redis', () => {
  let redis: TestRedis
  let made: RedisFanOut[] = []
  beforeAll(async () => {
    redis = await startRedis()
  })
  afterEach(async () => {
    await Promise.all(made.map((fanOut) => fanOut.close()))
    made = []
  })
  afterAll(() => redis.dispose())

  /** A node that hears the others. */
  async function node(
    url = redis.url,
    clock = systemClock(),
  ): Promise<{ fanOut: RedisFanOut; heard: Signal[] }> {
    const parsed = parseRedisAddress(url)
    if (parsed.kind === 'faults') throw new Error(parsed.faults.join(' '))
    const fanOut = createRedisFanOut({
      ...{ address: parsed.address, keyPrefix: 'test:', node: random.uuid() },
      ...{ clock, log: { info() {}, warn() {} } },
    })
    made.push(fanOut)
    const heard: Signal[] = []
    fanOut.subscribe((signal) => heard.push(signal))
    await until(fanOut, () => heard.some(({ kind }) => kind === 'restored'))
    return { fanOut, heard }
  }
  it('that was wrong from the start is told once for each reason, and again after a while', async () => {
    let tries = 0
    let look = (): void => {}
    const deaf = createServer((socket) => {
      tries++
      socket.destroy()
      look()
    })
    await new Promise<void>((resolve) => deaf.listen(0, '127.0.0.1', resolve))
    const tried = (times: number) =>
      new Promise<void>((resolve) => {
        look = () => void (tries >= times && resolve())
        look()
      })
    const clock = manualClock()
    const lines: string[] = []
    const { port } = deaf.address() as AddressInfo
    unreachable(`redis://127.0.0.1:${port}`, clock, (line) => lines.push(line))
    await tried(8)
    // Eight attempts of two connections, for one or two reasons.
    expect(lines.length).toBeGreaterThan(0)
    expect(new Set(lines).size).toBe(lines.length)
    const before = lines.length
    await clock.advance(300_000)
    await tried(tries + 4)
    expect(lines.length).toBeGreaterThan(before)
    deaf.close()
  })

  it('that does not take the password is told by its reason, without the password', async () => {
    const closed = await startRedis(['--requirepass', 'the right one'])
    try {
      const line = await new Promise<string>((resolve) => {
        unreachable(`redis://:hush@127.0.0.1:${closed.port}`, manualClock(), resolve)
      })
      expect(line).toContain('WRONGPASS')
      expect(line).not.toContain('hush')
    } finally {
      await closed.dispose()
    }
  })

  function unreachable(url: string, clock: ManualClock, say: (line: string) => void): void {
    const parsed = parseRedisAddress(url)
    if (parsed.kind === 'faults') throw new Error(parsed.faults.join(' '))
    const warn = (fields: object): void => say(JSON.stringify(fields))
    made.push(
      createRedisFanOut({
        ...{ address: parsed.address, keyPrefix: 'test:', node: random.uuid() },
        ...{ clock, log: { info() {}, warn } },
      }),
    )
  }

  /** Looks again whenever something is heard. */
  function until(fanOut: RedisFanOut, holds: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      if (holds()) return resolve()
      const stop = fanOut.subscribe(() => {
        if (!holds()) return
        stop()
        resolve()
      })
    })
  }

  fanOutContract('the Redis fan-out', async () => {
    const { fanOut } = await node()
    return { fanOut, settle: () => Promise.resolve() }
  })

  it('carries a room’s signals to the nodes that serve it, in order, and to no others', async () => {
    const [a, b, c] = [await node(), await node(), await node()]
    await b.fanOut.serve([room])
    await c.fanOut.serve([other])
    for (const seq of [1, 2, 3]) a.fanOut.publish(reads(seq))
    a.fanOut.publish(reads(9, other))
    await until(b.fanOut, () => b.heard.length === 4)
    await until(c.fanOut, () => c.heard.length === 2)
    expect(b.heard.slice(1)).toEqual([1, 2, 3].map((seq) => reads(seq)))
    expect(c.heard.slice(1)).toEqual([reads(9, other)])
    // Its own came back once, at once, and not from Redis as well.
    expect(a.heard).toHaveLength(5)
    expect(redis.ask('PUBSUB', 'SHARDCHANNELS').split('\n')).toHaveLength(3)
  })

  it('tells nodes that do not serve a room when somebody comes, goes or renames it', async () => {
    const [a, b] = [await node(), await node()]
    a.fanOut.publish({
      ...{ kind: 'events', room, epoch: random.uuid() as Epoch },
      events: [
        {
          ...{ type: 'member.joined', seq: 7, at: 1, actor: member, member },
          id: random.uuid() as MessageId,
        },
      ],
    })
    await until(b.fanOut, () => b.heard.length === 2)
    expect(b.heard[1]).toEqual({ kind: 'changed', room, head: 7 })
  })

  it('names a place to read instead of carrying very long signals', async () => {
    const [a, b] = [await node(), await node()]
    await b.fanOut.serve([room])
    a.fanOut.publish({
      ...{ kind: 'events', room, epoch: random.uuid() as Epoch },
      events: Array.from({ length: 100 }, (_, n) => ({
        ...{ type: 'message.posted' as const, seq: n + 1, at: 1, actor: member },
        ...{ id: random.uuid() as MessageId, text: 'x'.repeat(16_000) },
      })),
    })
    await until(b.fanOut, () => b.heard.length === 2)
    expect(b.heard[1]).toEqual({ kind: 'changed', room, head: 100 })
  })

  it('does not take in what no node of this version says', async () => {
    const { fanOut, heard } = await node()
    for (const text of ['{', '{"v":2,"from":"x","signal":{"kind":"node-gone","node":"x"}}']) {
      redis.ask('SPUBLISH', 'test:nodes', text)
    }
    redis.ask(
      ...['SPUBLISH', 'test:nodes'],
      '{"v":1,"from":"x","signal":{"kind":"node-gone","node":"x"}}',
    )
    await until(fanOut, () => heard.length === 2)
    expect(heard[1]).toEqual({ kind: 'node-gone', node: 'x' })
  })

  it('does not read what comes back of its own', async () => {
    const warnings: string[] = []
    const parsed = parseRedisAddress(redis.url)
    if (parsed.kind === 'faults') throw new Error(parsed.faults.join(' '))
    const fanOut = createRedisFanOut({
      ...{ address: parsed.address, keyPrefix: 'test:', node: 'this "node"' },
      ...{ clock: systemClock(), log: { info() {}, warn: (_, words) => warnings.push(words) } },
    })
    made.push(fanOut)
    const heard: Signal['kind'][] = []
    fanOut.subscribe(({ kind }) => heard.push(kind))
    await until(fanOut, () => heard.includes('restored'))
    redis.ask('SPUBLISH', 'test:nodes', `${seal('this "node"', { kind: 'admin' })}, cut off`)
    redis.ask('SPUBLISH', 'test:nodes', seal('another', { kind: 'registry-changed' }))
    await until(fanOut, () => heard.includes('registry-changed'))
    expect(heard).toEqual(['restored', 'registry-changed'])
    expect(warnings).toEqual([])
  })

  it('goes on by itself after Redis was killed: own signals never wait, and it says when others are heard again', async () => {
    const [a, b] = [await node(), await node()]
    await b.fanOut.serve([room])
    await redis.kill()
    const before = a.heard.length
    for (let n = 1; n <= 100; n++) a.fanOut.publish(reads(n))
    expect(a.heard).toHaveLength(before + 100)
    await redis.start()
    const restored = ({ heard }: typeof a) =>
      heard.filter(({ kind }) => kind === 'restored').length === 2
    await Promise.all([a, b].map((each) => until(each.fanOut, () => restored(each))))
    expect(a.fanOut.health()).toEqual({ ok: true })
    expect(a.fanOut.dropped()).toBe(100)
    a.fanOut.publish(reads(101))
    await until(b.fanOut, () => b.heard.some((signal) => signal.kind === 'reads'))
    expect(b.heard.filter(({ kind }) => kind === 'reads')).toEqual([reads(101)])
    expect(redis.ask('FLUSHALL')).toBe('OK')
    a.fanOut.publish(reads(102))
    await until(b.fanOut, () => b.heard.length === 4)
  })

  it('keeps no game waiting for a Redis that hangs, and leaves its room to the rest', async () => {
    const [a, b] = [await node(), await node()]
    await b.fanOut.serve([room])
    redis.freeze()
    const data = 'x'.repeat(65_536)
    for (let n = 0; n < 100; n++) {
      a.fanOut.publish({ kind: 'relay', node: 'a', room, data, isBinary: false })
    }
    a.fanOut.publish(reads(7))
    redis.thaw()
    await until(b.fanOut, () => b.heard.some(({ kind }) => kind === 'reads'))
    const relays = b.heard.filter(({ kind }) => kind === 'relay')
    expect(relays.length).toBeGreaterThan(10)
    expect(relays.length).toBeLessThan(20)
    // Nobody is told of those that were left out: they would be old.
    expect([a.fanOut.dropped(), a.heard.filter(({ kind }) => kind === 'relay').length]).toEqual([
      0, 100,
    ])
  })

  it('takes no notice of what a node of another version says, and goes on', async () => {
    const [a, b] = [await node(), await node()]
    const said = (signal: object, v = 1): string => JSON.stringify({ v, from: 'other', signal })
    for (const text of [
      said({ kind: 'from-the-future', room }),
      said({ kind: 'admin' }, 2),
      said({ kind: 'node-gone' }),
      'no envelope',
    ]) {
      redis.ask('SPUBLISH', 'test:nodes', text)
    }
    // What it knows may say more than it knows.
    redis.ask('SPUBLISH', 'test:nodes', said({ kind: 'node-gone', node: 'other', why: 'tired' }))
    a.fanOut.publish({ kind: 'admin' })
    await until(b.fanOut, () => b.heard.some(({ kind }) => kind === 'admin'))
    expect(b.heard.filter(({ kind }) => kind !== 'restored')).toEqual([
      { kind: 'node-gone', node: 'other' },
      { kind: 'admin' },
    ])
  })

  it('lets nobody wait for a Redis that hangs, and says so when it answers at last', async () => {
    const clock = systemClock()
    // Ten times as fast, but patient with the pings.
    const hasty = {
      ...clock,
      after: (ms: number, run: () => void) => clock.after(ms === 1_000 ? 50 : ms * 10, run),
    }
    const { fanOut, heard } = await node(redis.url, hasty)
    redis.freeze()
    await fanOut.serve([room])
    expect(heard.filter(({ kind }) => kind === 'restored')).toHaveLength(1)
    redis.thaw()
    await until(fanOut, () => heard.filter(({ kind }) => kind === 'restored').length === 2)
  })

  it('waits for answers as long as the options say', async () => {
    const clock = systemClock()
    const asked = new Promise<void>((resolve) => {
      const parsed = parseRedisAddress(redis.url)
      if (parsed.kind === 'faults') throw new Error(parsed.faults.join(' '))
      const hurried = createRedisFanOut({
        ...{ address: parsed.address, keyPrefix: 'test:', node: random.uuid() },
        ...{ log: { info() {}, warn() {} }, commandTimeoutMs: 7_000 },
        clock: {
          ...clock,
          after(ms: number, run: () => void) {
            if (ms === 7_000) resolve()
            return clock.after(ms / 40, run)
          },
        },
      })
      made.push(hurried)
    })
    await asked
  })

  it.each([
    ['', 0],
    [', also when as many commands wait as may', 10_001],
  ])('gives up a connection that is open and silent%s', async (_words, waiting) => {
    const clock = systemClock()
    const fast = { ...clock, after: (ms: number, run: () => void) => clock.after(ms / 40, run) }
    const { fanOut, heard } = await node(redis.url, fast)
    redis.freeze()
    for (let seq = 0; seq < waiting; seq++) fanOut.publish(reads(seq))
    const given = new Promise<void>((resolve) => {
      const look = (): void => {
        if (!fanOut.health().ok) return resolve()
        setImmediate(look)
      }
      look()
    })
    await given
    expect(fanOut.health()).toMatchObject({ ok: false })
    redis.thaw()
    await until(fanOut, () => heard.filter(({ kind }) => kind === 'restored').length === 2)
    expect(fanOut.health()).toEqual({ ok: true })
  })
})

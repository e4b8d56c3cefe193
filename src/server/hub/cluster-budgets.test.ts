import { beforeEach, describe, expect, it } from 'vitest'
import type { MessageId, RoomId } from '../../protocol/ids.ts'
import type { HubKit, TestDevice } from '../../testing/hub-kit.ts'
import { memoryCluster, type MemoryCluster } from '../../testing/memory-cluster.ts'

const BURST = 10
const SAVED = 100
const writes = { perMinute: 60, burst: BURST, saved: SAVED, floodPerMinute: 10_000 }
/** Until nobody takes a device for one whose outbox drains. */
const DRAINED_MS = 20_000

describe('what a member may do, over several nodes', () => {
  let cluster: MemoryCluster
  let nodes: HubKit[]
  let devices: TestDevice[]
  let general: RoomId

  beforeEach(async () => {
    cluster = memoryCluster()
    nodes = []
    const typing = { burst: 6, perMinute: 60 }
    const history = { burst: 6, perMinute: 60 }
    const roomChanges = { burst: 6, perMinute: 60 }
    for (let n = 0; n < 3; n++) {
      nodes.push(await cluster.node({ writes, typing, history, roomChanges }))
    }
    devices = [await nodes[0]!.join('Mara')]
    general = devices[0]!.general
    await cluster.clock.advance(1_000)
  })

  /** The same person at the other nodes, too. */
  async function spread(): Promise<void> {
    for (const node of nodes.slice(1)) {
      const device = node.connect(await node.furtherDevice(devices[0]!.person))
      await device.hello({ credential: undefined })
      await device.sync()
      devices.push(device)
    }
    await cluster.clock.advance(100)
  }

  const acks = (device: TestDevice): number => device.of('ack').length
  const sum = (): number => devices.reduce((count, device) => count + acks(device), 0)
  /** As many writes at once as are taken; the one that was not is sent again the next time, as an outbox does. */
  const waiting = new Map<TestDevice, MessageId>()
  async function writeAll(device: TestDevice): Promise<number> {
    const before = acks(device)
    for (;;) {
      const taken = acks(device)
      const id = waiting.get(device) ?? nodes[0]!.newId<MessageId>()
      waiting.set(device, id)
      device.post(general, 'again and again', id, 'head')
      await cluster.clock.settle()
      if (acks(device) === taken) return acks(device) - before
      waiting.delete(device)
    }
  }
  async function everybodyWrites(seconds: number): Promise<number> {
    const before = sum()
    for (let n = 0; n < seconds; n++) {
      for (const device of devices) await writeAll(device)
      await cluster.clock.advance(1_000)
    }
    return sum() - before
  }

  it('writes from three nodes at once are as many as from one', async () => {
    await spread()
    await cluster.clock.advance(DRAINED_MS)
    const written = await everybodyWrites(120)
    expect(written).toBeLessThanOrEqual(BURST + 120)
    expect(written).toBeGreaterThan(BURST + 120 - 6)
    // None of them is left out.
    for (const device of devices) expect(acks(device)).toBeGreaterThan(written / 4)
  })

  it('who came to more nodes while writing has no more than the burst of each of them on top', async () => {
    await cluster.clock.advance(DRAINED_MS)
    let written = await everybodyWrites(30)
    await spread()
    await cluster.clock.advance(DRAINED_MS)
    written += await everybodyWrites(60)
    expect(written).toBeLessThanOrEqual(3 * BURST + 30 + DRAINED_MS / 1_000 + 60)
    expect(devices.every(({ closedWith }) => closedWith === undefined)).toBe(true)
  })

  it('an outbox drains fast at each node, together no more than was saved', async () => {
    await spread()
    for (const device of devices) await writeAll(device)
    expect(sum()).toBeLessThanOrEqual(BURST + SAVED)
    expect(sum()).toBeGreaterThan(BURST + SAVED - 6)
    // The others go: what was kept back for them is there, at once.
    for (const device of devices.splice(1)) device.drop()
    await cluster.clock.advance(2_000)
    const [mara] = devices
    expect(await writeAll(mara!)).toBeLessThanOrEqual(2)
    await cluster.clock.advance(5_000)
    expect(await writeAll(mara!)).toBeGreaterThan((2 * SAVED) / 3)
    expect(acks(mara!)).toBeLessThanOrEqual(BURST + SAVED + 10)
    // And from now on as many as ever.
    await cluster.clock.advance(DRAINED_MS + 60_000)
    expect(await writeAll(mara!)).toBe(BURST)
    expect(await everybodyWrites(60)).toBe(59)
  })

  it('typing, history and changes of rooms are divided like messages', async () => {
    await spread()
    const listener = await nodes[0]!.join('Sam')
    const ask = async (times: number): Promise<void> => {
      for (const device of devices) {
        for (let ref = 1; ref <= times; ref++) {
          device.tell({ type: 'typing', room: general, active: true })
          device.tell({ type: 'typing', room: general, active: false })
          device.tell({ type: 'history', ref, room: general, before: 1, limit: 10 })
          device.tell({ type: 'change-room', ref, room: general, topic: `${ref}` })
        }
        await cluster.clock.settle()
      }
    }
    await ask(6)
    expect(listener.of('typing').filter(({ active }) => active)).toHaveLength(6)
    for (const device of devices) {
      expect(device.of('page')).toHaveLength(2)
      expect(device.of('done')).toHaveLength(2)
    }
  })

  it('one that is larger than the share of a node can be done at one', async () => {
    await spread()
    const members = [1, 2, 3, 4].map(() => nodes[0]!.newId<never>())
    const room = nodes[0]!.newId<RoomId>()
    const [mara] = devices
    await mara!.ask({
      ...{ type: 'create-room', ref: 1, room, name: 'crew', topic: '', visibility: 'private' },
      members,
    })
    // Nobody has these ids: it came as far as being looked at.
    expect(mara!.last('failed').code).toBe('no-such-member')
  })
})

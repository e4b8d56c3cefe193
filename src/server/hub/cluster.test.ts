import { beforeEach, describe, expect, it } from 'vitest'
import type { RoomId } from '../../protocol/ids.ts'
import type { HubKit, TestDevice } from '../../testing/hub-kit.ts'
import { memoryCluster, type MemoryCluster } from '../../testing/memory-cluster.ts'

/** Longest until a node asks the store by itself, while it hears others. */
const LOOK_MS = 6_000

describe('a hub that is one of several', () => {
  let cluster: MemoryCluster
  let here: HubKit
  let there: HubKit
  let ada: TestDevice
  let ben: TestDevice
  let general: RoomId

  beforeEach(async () => {
    cluster = memoryCluster()
    here = await cluster.node()
    there = await cluster.node()
    ada = await here.join('Ada')
    ben = await there.join('Ben')
    await cluster.clock.advance(1_000)
    general = ada.general
  })

  const after = (ms: number): Promise<void> => cluster.clock.advance(ms)
  const texts = (device: TestDevice, room = general): string[] =>
    device.events(room).flatMap((event) => (event.type === 'message.posted' ? [event.text] : []))
  async function makeRoom(
    maker: TestDevice,
    more: { visibility?: 'public' | 'private'; members?: TestDevice[] } = {},
  ): Promise<RoomId> {
    const { visibility = 'private', members = [] } = more
    const room = here.newId<RoomId>()
    await maker.ask({
      ...{ type: 'create-room', ref: 1, room, name: 'crew', topic: '', visibility },
      members: members.map(({ person }) => person.member),
    })
    return room
  }
  const hasRoom = (device: TestDevice, room: RoomId): boolean =>
    device.of('reset').some((reset) => reset.room.id === room)

  it('[D6] puts two people who came to different nodes at the same moment into one default group', () => {
    expect(ben.general).toBe(general)
  })

  it('[D9] an event that was lost on its way is read from the store once a later one shows the gap', async () => {
    cluster.line = 'lossy'
    await ada.posts(general, 1)
    cluster.line = 'open'
    await ada.posts(general, 1)
    expect(texts(ben)).toEqual([])
    await after(100)
    expect(texts(ben)).toEqual(['message 0', 'message 0'])
    expect(ben.seqs(general)).toEqual(
      ben.seqs(general).map((_, n) => (ben.seqs(general)[0] ?? 0) + n),
    )
  })

  it('[D9] events that crossed on their way are put in order without asking the store', async () => {
    cluster.line = 'lossy'
    ada.post(general, 'first')
    await cluster.clock.settle()
    ada.post(general, 'second')
    await cluster.clock.settle()
    cluster.line = 'open'
    cluster.store.failing = true
    for (const { arrive } of cluster.lost.splice(0).toReversed()) arrive()
    expect(texts(ben)).toEqual(['first', 'second'])
  })

  it('[D9] what was lost is found by a look into the store, even when nothing follows', async () => {
    cluster.line = 'lossy'
    await ada.posts(general, 2)
    await after(LOOK_MS)
    expect(texts(ben)).toHaveLength(2)
  })

  it('people hear of each other through the store while nodes do not, and of their own at once', async () => {
    cluster.line = 'down'
    const second = await here.join('Second')
    await after(2_000)
    await ada.posts(general, 1)
    expect(texts(second)).toHaveLength(1)
    await after(1_500)
    expect(texts(ben)).toHaveLength(1)
    // Both write: each node's own numbers leave gaps for the other.
    ben.post(general, 'from there')
    ada.post(general, 'from here')
    await after(3_000)
    expect(texts(ben)).toEqual(texts(ada))
    await cluster.restore()
    await ada.posts(general, 1)
    expect(texts(ben)).toEqual(texts(ada))
  })

  it('[D11] a client that comes with more than its new node knows is sent no snapshot and no farewell', async () => {
    const room = await makeRoom(ada)
    await ada.posts(room, 3)
    // The other node was told of nothing, and did not serve the room.
    cluster.line = 'lossy'
    await ada.posts(room, 3)
    const later = await makeRoom(ada)
    await ada.posts(later, 2)
    const cursors = [ada.cursor(room), ada.cursor(later), ada.cursor(general)]
    ada.drop()
    const moved = there.connect(ada.person)
    await moved.enter(...cursors)
    expect(moved.of('synced')).toHaveLength(1)
    expect(moved.of('reset')).toEqual([])
    expect(moved.of('room-gone')).toEqual([])
    await moved.posts(later, 1)
    expect(moved.seqs(later)).toEqual([(cursors[1]?.seq ?? 0) + 1])
  })

  it('[D11] a client is told it is caught up only when it has what other nodes committed', async () => {
    const room = await makeRoom(ada)
    const cursor = ada.cursor(room)
    ada.drop()
    const again = here.connect(ada.person)
    await again.enter(cursor)
    cluster.line = 'lossy'
    await again.posts(room, 3)
    again.drop()
    const moved = there.connect(ada.person)
    await moved.enter(cursor, ada.cursor(general))
    const synced = moved.received.findIndex(({ type }) => type === 'synced')
    const seen = moved.received
      .slice(0, synced)
      .flatMap((message) => (message.type === 'events' ? message.events : []))
    expect(seen.map(({ seq }) => seq)).toEqual([1, 2, 3].map((n) => cursor.seq + n))
  })

  it('who is taken into a room on another node gets it, who leaves it there is told', async () => {
    cluster.line = 'lossy'
    const room = await makeRoom(ada, { visibility: 'public', members: [ben] })
    await ada.posts(room, 1)
    await after(LOOK_MS)
    expect(hasRoom(ben, room)).toBe(true)
    const phone = here.connect(await here.furtherDevice(ben.person))
    await phone.hello({ credential: undefined })
    await phone.sync()
    ben.forgetReceived()
    await phone.ask({ type: 'leave-room', ref: 2, room })
    await ada.posts(room, 1)
    await after(LOOK_MS)
    expect(ben.of('room-gone')).toEqual([{ type: 'room-gone', room }])
    cluster.line = 'open'
    await ada.posts(room, 1)
    expect(texts(ben, room)).toEqual([])
    // And again into a room that both nodes know.
    cluster.line = 'lossy'
    ben.forgetReceived()
    await ada.ask({ type: 'add-members', ref: 3, room, members: [ben.person.member] })
    await after(LOOK_MS)
    expect(hasRoom(ben, room)).toBe(true)
    cluster.line = 'open'
    await ada.posts(room, 1)
    expect(texts(ben, room)).toHaveLength(1)
  })

  it('what a person asks for is there already, by another node that was not heard', async () => {
    cluster.line = 'lossy'
    await ada.ask({ type: 'open-direct', ref: 2, members: [ben.person.member] })
    const { room } = ada.last('done')
    // Opened from the other side, it is the same room, and arrives before the answer.
    await ben.ask({ type: 'open-direct', ref: 3, members: [ada.person.member] })
    expect(ben.last('done')).toEqual({ type: 'done', ref: 3, room })
    const [reset, done] = ['reset', 'done'].map((type) =>
      ben.received.findLastIndex((message) => message.type === type),
    )
    expect(reset).toBeLessThan(done ?? 0)
    // Somebody the session knows since a moment comes to the node that does not.
    const carl = await here.join('Carl')
    carl.drop()
    const moved = there.connect(carl.person)
    await moved.enter()
    expect(hasRoom(moved, general)).toBe(true)
  })

  it('[D18] read positions that moved while nothing was heard are told when it is', async () => {
    await ada.posts(general, 2)
    cluster.line = 'down'
    ben.tell({ type: 'read', room: general, seq: ben.cursor(general).seq })
    await after(3_000)
    ada.forgetReceived()
    await cluster.restore()
    expect(ada.of('reads').flatMap(({ positions }) => positions)).toContainEqual([
      ben.person.member,
      ben.cursor(general).seq,
    ])
  })

  it('[D5] answers unavailable while the store is away, hides nothing that happened, and goes on', async () => {
    cluster.store.failing = true
    const id = ada.post(general, 'waits')
    await cluster.clock.settle()
    expect(ada.last('held')).toMatchObject({ id, code: 'unavailable' })
    cluster.store.failing = false
    ada.post(general, 'waits', id, 'head')
    await after(100)
    expect(texts(ben)).toEqual(['waits'])
    expect(texts(ada)).toEqual(['waits'])
  })

  it('lets go of rooms nobody here is in any more, and serves them again when somebody comes', async () => {
    const room = await makeRoom(ben)
    ben.drop()
    await after(200_000)
    cluster.line = 'lossy'
    cluster.lost.length = 0
    const back = here.connect(ben.person)
    await back.enter()
    await back.posts(room, 1)
    // Nobody at the other node hears it.
    const carried = cluster.lost.filter(({ signal }) => signal.kind === 'events')
    expect(carried.filter(({ signal }) => 'room' in signal && signal.room === room)).toEqual([])
  })

  it('[I5, I6] who is removed on one node is sent away by the other, and settings are the same on both', async () => {
    await cluster.store.registry.setRole(ada.person.member, 'host', { by: null, at: 1 })
    await after(LOOK_MS)
    // Whether the other node hears of it at once or finds it in the store.
    for (const line of ['open', 'lossy'] as const) {
      cluster.line = line
      const readOnly = line === 'open'
      await ada.ask({ type: 'change-session', ref: 1, change: { readOnly } })
      await after(LOOK_MS)
      expect(ben.last('session').session.readOnly, line).toBe(readOnly)
    }
    await ada.ask({ type: 'remove-member', ref: 2, member: ben.person.member })
    expect(ben.closedWith).toBe(undefined)
    await after(LOOK_MS)
    expect(ben.last('rejected').code).toBe('removed')
    expect(ben.closedWith?.code).toBe(4403)
  })
})

import { describe, expect, it } from 'vitest'
import type { Epoch, MemberId, RoomId } from '../../protocol/ids.ts'
import { type HubKit, hubKit, type TestDevice } from '../../testing/hub-kit.ts'

async function pair(options: Parameters<typeof hubKit>[0] = {}) {
  const unlimited = { perMinute: 1_000_000, burst: 100_000, saved: 0, floodPerMinute: 200 }
  const kit = await hubKit({ writes: unlimited, ...options })
  const mara = await kit.join('Mara')
  const sam = await kit.join('Sam')
  await kit.clock.advance(100)
  return { kit, mara, sam, general: mara.general }
}

async function comeBack(kit: HubKit, device: TestDevice, room: RoomId): Promise<TestDevice> {
  device.drop()
  const again = kit.connect(device.person)
  await again.enter(device.cursor(room))
  return again
}

const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index)

describe('catching up', () => {
  it('[D8] sends plan, people, each room and synced, in this order', async () => {
    const { sam } = await pair()
    expect(sam.received.slice(1, 6).map(({ type }) => type)).toEqual([
      'welcome',
      'plan',
      'people',
      'reset',
      'synced',
    ])
    expect(sam.last('reset')).toMatchObject({
      reason: 'new-room',
      room: { name: 'general', isDefault: true, head: 3 },
      page: { from: 1, to: 3, asOf: 3 },
      unread: 0,
    })
  })

  it('[D8] sends what was missed and then what is live, without a hole and in order, while everyone writes on', async () => {
    const { kit, mara, sam, general } = await pair()
    const cursor = sam.cursor(general)
    sam.drop()
    await mara.posts(general, 400)
    const again = kit.connect(sam.person)
    await again.hello()
    again.tell({ type: 'sync', cursors: [cursor] })
    // Every turn of the catch-up finds the room a few events further.
    for (let index = 0; index < 50; index++) {
      mara.post(general, `meanwhile ${index}`)
      await Promise.resolve()
      kit.clock.afterTurn(() => mara.post(general, `in the turn ${index}`))
      await Promise.resolve()
    }
    await kit.clock.settle()
    expect(again.of('plan')).toEqual([{ type: 'plan', rooms: 1, events: 400 }])
    expect(again.seqs(general)).toEqual(range(4, 503))
    expect(again.of('synced')).toHaveLength(1)
  })

  it('[D8] sends nothing twice when the store is ahead of what was published', async () => {
    const { kit, mara, sam, general } = await pair()
    const cursor = sam.cursor(general)
    sam.drop()
    await mara.posts(general, 5)
    const { commit } = kit.store
    kit.store.commit = async (writes) => {
      const results = await commit(writes)
      await new Promise<void>((resolve) => kit.clock.after(100, resolve))
      return results
    }
    await mara.posts(general, 5)
    const again = kit.connect(sam.person)
    await again.enter(cursor)
    expect(again.seqs(general)).toEqual(range(4, 8))
    await kit.clock.advance(200)
    expect(again.seqs(general)).toEqual(range(4, 13))
  })

  it('[D9] sends a missing range of one room on request, while the others flow on', async () => {
    const { kit, mara, sam, general } = await pair()
    const other = kit.newId<RoomId>()
    const more = { name: 'other', topic: '', visibility: 'public' as const }
    await mara.ask({
      type: 'create-room',
      ref: 1,
      room: other,
      ...more,
      members: [sam.person.member],
    })
    await mara.posts(general, 20)
    sam.forgetReceived()
    const { epoch } = mara.cursor(general)
    sam.tell({ type: 'catch-up', room: general, epoch, after: 10 })
    mara.post(other, 'elsewhere')
    mara.post(general, 'here')
    await kit.clock.settle()
    expect(sam.seqs(general)).toEqual(range(11, 24))
    expect(sam.events(other)).toHaveLength(1)
  })

  it.each([
    ['gap-too-long', 'more was missed than the limit', 0, undefined],
    ['epoch-changed', 'the epoch differs', 0, '0192d3a4-0000-7000-8000-0000000000e9' as Epoch],
    ['epoch-changed', 'the cursor is beyond the log', 999, undefined],
  ] as const)('[D10] resets with %s when %s', async (reason, _words, seq, epoch) => {
    const { kit, mara, sam, general } = await pair({ recoveryLimit: 20 })
    const cursor = sam.cursor(general)
    sam.drop()
    await mara.posts(general, 60)
    const again = kit.connect(sam.person)
    await again.enter({ ...cursor, seq: seq || cursor.seq, epoch: epoch ?? cursor.epoch })
    expect(again.events(general)).toEqual([])
    const reset = again.last('reset')
    expect(reset.reason).toBe(reason)
    expect(reset.unread).toBe(60)
    expect(reset.page.messages).toHaveLength(50)
    expect(reset).toMatchObject({ room: { head: 63 }, page: { from: 14, to: 63, asOf: 63 } })
    mara.post(general, 'live again')
    await kit.clock.settle()
    expect(again.seqs(general)).toEqual([64])
  })

  it('[D10] sends exactly the limit as events, and one more as a snapshot', async () => {
    const { kit, mara, sam, general } = await pair({ recoveryLimit: 20 })
    const cursor = sam.cursor(general)
    sam.drop()
    await mara.posts(general, 20)
    const first = kit.connect(sam.person)
    await first.enter(cursor)
    expect(first.seqs(general)).toEqual(range(4, 23))
    first.drop()
    await mara.posts(general, 1)
    const second = kit.connect(sam.person)
    await second.enter(cursor)
    expect(second.last('reset').reason).toBe('gap-too-long')
  })

  it('counts each room once, by what caught it up', async () => {
    const { kit, mara, sam, general } = await pair()
    const counts = () => [kit.meter.get('recoveries-events'), kit.meter.get('recoveries-reset')]
    const [byEvents, byReset] = counts() as [number, number]
    // Nothing was missed: no room was behind.
    const same = await comeBack(kit, sam, general)
    expect(counts()).toEqual([byEvents, byReset])
    same.drop()
    await mara.posts(general, 400)
    const again = await comeBack(kit, sam, general)
    expect(again.of('events').length).toBeGreaterThan(0)
    expect(counts()).toEqual([byEvents + 1, byReset])
    again.drop()
    await mara.posts(general, 600)
    await comeBack(kit, sam, general)
    expect(counts()).toEqual([byEvents + 1, byReset + 1])
  })

  it('[D10] resets when the history is gone', async () => {
    const { kit, mara, sam, general } = await pair()
    const cursor = sam.cursor(general)
    sam.drop()
    await mara.posts(general, 5)
    kit.store.eventsAfter = async () => ({ kind: 'gone' })
    const again = kit.connect(sam.person)
    await again.enter(cursor)
    expect(again.last('reset').reason).toBe('history-gone')
    expect(again.of('synced')).toHaveLength(1)
  })

  it('[D10] a snapshot and what happens while it is read fit together', async () => {
    const { kit, mara, general } = await pair()
    await mara.posts(general, 10)
    const { page } = kit.store
    kit.store.page = async (...args) => {
      mara.post(general, 'while the page is read')
      await new Promise<void>((resolve) => kit.clock.after(100, resolve))
      return page(...args)
    }
    const late = kit.connect(kit.person('Late'))
    await late.hello()
    late.tell({ type: 'sync', cursors: [] })
    await kit.clock.advance(200)
    const reset = late.last('reset')
    expect(reset.page.to).toBe(reset.room.head)
    expect(late.seqs(general)).toEqual([reset.room.head + 1])
    expect(late.of('synced')).toHaveLength(1)
  })

  it('[D11] recovers with zero earlier events, after days, fifty times in a row, and after a restart', async () => {
    const { kit, mara, sam, general } = await pair()
    let again = await comeBack(kit, sam, general)
    expect(again.of('reset')).toEqual([])
    expect(again.of('synced')).toHaveLength(1)
    let cursor = sam.cursor(general)
    for (let round = 0; round < 50; round++) {
      again.drop()
      mara.post(general, `round ${round}`)
      await kit.clock.settle()
      again = kit.connect(sam.person)
      await again.enter(cursor)
      expect(again.seqs(general)).toEqual([cursor.seq + 1])
      cursor = { ...cursor, seq: cursor.seq + 1 }
    }
    again.drop()
    await kit.clock.advance(5 * 86_400_000)
    await kit.restart()
    const last = kit.connect(sam.person)
    await last.enter({ ...cursor, seq: cursor.seq - 7 })
    expect(last.seqs(general)).toEqual(range(cursor.seq - 6, cursor.seq))
  })

  it('[D11] goes on when the store could not be read for a while', async () => {
    const { kit, mara, sam, general } = await pair()
    await mara.posts(general, 5)
    const { eventsAfter } = kit.store
    kit.store.eventsAfter = () => Promise.reject(new Error('no'))
    const cursor = { ...sam.cursor(general), seq: 5 }
    sam.drop()
    const again = kit.connect(sam.person)
    await again.enter(cursor)
    expect(again.of('synced')).toEqual([])
    kit.store.eventsAfter = eventsAfter
    await kit.clock.advance(1_000)
    expect(again.seqs(general)).toEqual([6, 7, 8])
    expect(again.of('synced')).toHaveLength(1)
  })

  it('[D15] paces what was missed by the reader, however much it is', async () => {
    const { kit, mara, sam, general } = await pair()
    const cursor = sam.cursor(general)
    sam.drop()
    for (let index = 0; index < 400; index++) mara.post(general, 'x'.repeat(16_000))
    await kit.clock.settle()
    const again = kit.connect(sam.person)
    again.paused = true
    await again.hello()
    again.tell({ type: 'sync', cursors: [cursor] })
    let most = 0
    for (let rounds = 0; rounds < 100 && again.of('synced').length === 0; rounds++) {
      await kit.clock.settle()
      most = Math.max(most, again.queuedBytes())
      again.resume()
      again.paused = true
    }
    expect(again.seqs(general)).toEqual(range(4, 403))
    expect(most).toBeGreaterThan(100_000)
    expect(most).toBeLessThan(800_000)
  })

  it('sends the same frame object to everyone who stands at the same place', async () => {
    const { kit, mara, sam, general } = await pair()
    const cursor = sam.cursor(general)
    await mara.posts(general, 30)
    let reads = 0
    const { eventsAfter } = kit.store
    kit.store.eventsAfter = (...args) => {
      reads++
      return eventsAfter(...args)
    }
    sam.drop()
    const tablet = await kit.furtherDevice(sam.person)
    const devices = [kit.connect(sam.person), kit.connect(tablet)]
    for (const device of devices) await device.hello()
    for (const device of devices) device.tell({ type: 'sync', cursors: [cursor] })
    await kit.clock.settle()
    for (const device of devices) expect(device.seqs(general)).toEqual(range(4, 33))
    expect(reads).toBe(1)
  })

  it('says room-gone for cursors of rooms the member is not in', async () => {
    const { kit, mara, sam, general } = await pair()
    const secret = kit.newId<RoomId>()
    const more = { name: 'secret', topic: '', visibility: 'private' as const, members: [] }
    await mara.ask({ type: 'create-room', ref: 1, room: secret, ...more })
    const cursor = mara.cursor(secret)
    sam.drop()
    const again = kit.connect(sam.person)
    await again.enter(sam.cursor(general), cursor, { ...cursor, room: kit.newId<RoomId>() })
    expect(again.of('room-gone').map(({ room }) => room)).toContain(secret)
    expect(again.of('room-gone')).toHaveLength(2)
    await again.ask({ type: 'catch-up', ...cursor, after: 0 })
    expect(again.of('room-gone')).toHaveLength(3)
    expect(again.events(secret)).toEqual([])
  })

  it('[D9] a room that cannot be read keeps no other room waiting, and is tried again', async () => {
    const { kit, mara, general } = await pair()
    const room = kit.newId<RoomId>()
    const more = { name: 'second', topic: '', visibility: 'public' as const, members: [] }
    await mara.ask({ type: 'create-room', ref: 1, room, ...more })
    const cursors = [mara.cursor(general), mara.cursor(room)]
    await mara.posts(general, 1)
    await mara.posts(room, 1)
    mara.drop()
    const read = kit.store.eventsAfter.bind(kit.store)
    let broken = true
    kit.store.eventsAfter = async (id, ...rest) => {
      if (broken && id === general) throw new Error('bad sector')
      return read(id, ...rest)
    }
    await kit.restart()
    const again = kit.connect(mara.person)
    await again.enter(...cursors)
    await kit.clock.advance(1_000)
    expect(again.seqs(room)).toHaveLength(1)
    expect(again.of('synced')).toEqual([])
    broken = false
    await kit.clock.advance(2_000)
    expect(again.seqs(general)).toHaveLength(1)
    expect(again.of('synced')).toHaveLength(1)
  })

  it('[D15] introduces the people of a large session at the pace the device reads', async () => {
    const { kit } = await pair()
    const known = await kit.store.members()
    const many = Array.from({ length: 9_000 }, (_, index) => ({
      ...{ id: kit.newId<MemberId>(), name: `Member ${index}`, lastSeen: index },
      ...({ role: 'member', standing: 'active', standingAt: 0, standingEntry: 0 } as const),
    }))
    kit.store.members = async () => [...known, ...many]
    await kit.restart()
    const slow = kit.connect(kit.person('Slow'))
    await slow.hello()
    slow.paused = true
    await slow.sync()
    expect(slow.queuedBytes()).toBeLessThan(400_000)
    while (slow.queuedBytes() > 0) {
      slow.resume()
      slow.paused = true
      await kit.clock.settle()
      expect(slow.queuedBytes()).toBeLessThan(400_000)
    }
    expect(slow.of('people').flatMap(({ members }) => members)).toHaveLength(9_003)
    const order = slow.received.map(({ type }) => type)
    expect(order.lastIndexOf('people')).toBeLessThan(order.indexOf('reset'))
    expect(order.at(-1)).toBe('synced')
  })
})

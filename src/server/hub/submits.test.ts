import { describe, expect, it } from 'vitest'
import type { MessageId, RoomId } from '../../protocol/ids.ts'
import { type HubKit, hubKit, type TestDevice } from '../../testing/hub-kit.ts'

async function pair(options: Parameters<typeof hubKit>[0] = {}) {
  const kit = await hubKit(options)
  const mara = await kit.join('Mara')
  const sam = await kit.join('Sam')
  await kit.clock.advance(100)
  return { kit, mara, sam, general: mara.general }
}

async function secondRoom(kit: HubKit, mara: TestDevice): Promise<RoomId> {
  const room = kit.newId<RoomId>()
  const more = { name: 'second', topic: '', visibility: 'public' as const, members: [] }
  await mara.ask({ type: 'create-room', ref: 1, room, ...more })
  return room
}

describe('writing', () => {
  it('[D3] acknowledges after the commit, with room, number and the server’s time', async () => {
    const { kit, mara, sam, general } = await pair()
    const id = mara.post(general, 'hello')
    expect(mara.of('ack')).toEqual([])
    await kit.clock.settle()
    expect(mara.of('ack')).toEqual([
      { type: 'ack', id, room: general, seq: 4, at: kit.clock.now() },
    ])
    expect(sam.events(general).at(-1)).toMatchObject({ id, seq: 4, text: 'hello' })
    expect(mara.events(general).at(-1)).toMatchObject({ id, seq: 4 })
  })

  it('[D3] acknowledges nothing that is not on disk', async () => {
    const { kit, mara, sam, general } = await pair()
    kit.store.failing = true
    const id = mara.post(general, 'hello')
    await kit.clock.settle()
    expect(mara.of('ack')).toEqual([])
    expect(sam.events(general).map((event) => event.id)).not.toContain(id)
    expect(mara.last('held')).toEqual({
      type: 'held',
      id,
      room: general,
      code: 'unavailable',
      retryAfterMs: 1_000,
    })
    kit.store.failing = false
    mara.post(general, 'hello', id)
    await kit.clock.settle()
    expect(mara.last('ack')).toMatchObject({ id, seq: 4 })
  })

  it('[D3] writes everything of a turn in one commit, and sends a room’s events in one frame', async () => {
    const { kit, mara, sam, general } = await pair()
    kit.store.commits.length = 0
    sam.forgetReceived()
    for (let index = 0; index < 5; index++) {
      mara.post(general, `from Mara ${index}`)
      sam.post(general, `from Sam ${index}`)
    }
    await kit.clock.settle()
    expect(kit.store.commits).toEqual([10])
    expect(sam.of('events')).toHaveLength(1)
    expect(sam.seqs(general)).toEqual([4, 5, 6, 7, 8, 9, 10, 11, 12, 13])
  })

  it('[D4] resend after a lost ack returns the original ack and creates nothing', async () => {
    const { kit, mara, sam, general } = await pair()
    const [id] = (await mara.posts(general, 1)) as [MessageId]
    const original = mara.last('ack')
    mara.drop()
    await kit.clock.advance(3_600_000)
    const again = kit.connect(mara.person)
    await again.enter(mara.cursor(general))
    again.post(general, 'message 0', id)
    await kit.clock.settle()
    expect(again.last('ack')).toEqual(original)
    expect(sam.events(general).filter((event) => event.id === id)).toHaveLength(1)
    expect(kit.meter.get('writes-duplicate')).toBe(1)
  })

  it('[D4] resend to a server that was restarted returns the original ack', async () => {
    const { kit, mara, general } = await pair()
    const [id] = (await mara.posts(general, 1)) as [MessageId]
    await kit.restart()
    const again = kit.connect(mara.person)
    await again.enter(mara.cursor(general))
    again.post(general, 'message 0', id)
    await kit.clock.settle()
    expect(again.last('ack')).toEqual(mara.last('ack'))
  })

  it('[D5] refuses for good with a reason, in a room one is not in and one that does not exist', async () => {
    const { kit, mara, sam } = await pair()
    const room = await secondRoom(kit, mara)
    const id = sam.post(room, 'let me in')
    await kit.clock.settle()
    expect(sam.last('refused')).toMatchObject({ id, room, code: 'not-a-member' })
    sam.post(kit.newId<RoomId>(), 'hello?')
    await kit.clock.settle()
    expect(sam.last('refused').code).toBe('no-such-room')
  })

  it('[D5] refuses a text over the limit by its id, naming the limit', async () => {
    const { kit, mara, general } = await pair()
    const id = kit.newId<MessageId>()
    const submit = { type: 'submit', id, room: general }
    mara.raw(JSON.stringify({ ...submit, operation: { kind: 'post', text: 'x'.repeat(16_384) } }))
    expect(mara.last('refused')).toMatchObject({ id, room: general, code: 'too-large' })
    expect(mara.last('refused').message).toContain('16383')
    mara.raw(JSON.stringify({ ...submit, operation: { kind: 'post', text: '\ud800' } }))
    expect(mara.last('refused').code).toBe('malformed')
    expect(mara.closedWith).toBeUndefined()
  })
})

describe('holding back', () => {
  const slow = { writes: { perMinute: 60, burst: 2, saved: 0, floodPerMinute: 200 } }

  it('[D2] holds everything behind a held write until that very write comes again', async () => {
    const { kit, mara, general } = await pair(slow)
    await mara.posts(general, 2)
    const held = mara.post(general, 'third')
    const behind = mara.post(general, 'fourth')
    // One answer says where to begin again; what is behind it is dropped without another.
    expect(mara.of('held').map(({ id, retryAfterMs }) => [id, retryAfterMs])).toEqual([
      [held, 1_000],
    ])
    await kit.clock.advance(2_500)
    mara.post(general, 'fourth', behind)
    await kit.clock.settle()
    expect(mara.of('ack')).toHaveLength(2)
    mara.post(general, 'third', held)
    mara.post(general, 'fourth', behind)
    await kit.clock.settle()
    expect(
      mara
        .of('ack')
        .map(({ id }) => id)
        .slice(2),
    ).toEqual([held, behind])
  })

  it('[D2] does not delay another room, nor another device', async () => {
    const { kit, mara, sam, general } = await pair()
    const room = await secondRoom(kit, mara)
    kit.store.failing = true
    const held = mara.post(general, 'held')
    await kit.clock.settle()
    kit.store.failing = false
    const other = mara.post(room, 'elsewhere')
    const others = sam.post(general, 'somebody else')
    await kit.clock.settle()
    expect(mara.of('ack').map(({ id }) => id)).toEqual([other])
    expect(sam.of('ack').map(({ id }) => id)).toEqual([others])
    expect(mara.last('held').id).toBe(held)
  })

  it('[D2] turns back what waits behind a write that could not be committed', async () => {
    const { kit, mara, general } = await pair()
    kit.store.failing = true
    const first = mara.post(general, 'first')
    // The commit is under way when the second arrives, and the store works again for it.
    kit.clock.afterTurn(() => {
      mara.post(general, 'second')
      kit.store.failing = false
    })
    await kit.clock.settle()
    expect(mara.of('held').map(({ id }) => id)).toEqual([first])
    expect(mara.of('ack')).toEqual([])
    expect(mara.events(general).filter(({ type }) => type === 'message.posted')).toEqual([])
  })

  it('[D2] begins with the write that failed when a later one was held for its rate', async () => {
    const { kit, mara, general } = await pair({
      writes: { perMinute: 60, burst: 1, saved: 0, floodPerMinute: 200 },
    })
    kit.store.failing = true
    const failed = mara.post(general, 'fails')
    const limited = mara.post(general, 'over the rate')
    await kit.clock.settle()
    kit.store.failing = false
    await kit.clock.advance(2_000)
    mara.post(general, 'fails', failed)
    await kit.clock.advance(2_000)
    mara.post(general, 'over the rate', limited)
    await kit.clock.settle()
    expect(mara.of('ack').map(({ id }) => id)).toEqual([failed, limited])
  })

  it('[D2] one write the store chokes on keeps neither other people’s nor another room’s from being committed', async () => {
    const { kit, mara, sam, general } = await pair()
    const other = await secondRoom(kit, mara)
    await kit.clock.settle()
    const { commit } = kit.store
    const poison = kit.newId<MessageId>()
    kit.store.commit = async (writes) => {
      if (writes.some(({ id }) => id === poison)) throw new Error('choked')
      return commit(writes)
    }
    mara.post(general, 'poison', poison)
    mara.post(general, 'behind it')
    const elsewhere = mara.post(other, 'not behind it')
    const fine = sam.post(general, 'fine')
    await kit.clock.settle()
    expect(mara.of('held').map(({ id }) => id)).toEqual([poison])
    expect(mara.of('ack').map(({ id }) => id)).toEqual([elsewhere])
    expect(sam.last('ack').id).toBe(fine)
  })

  it('[D2] goes on with the oldest unanswered write when the held one was given up', async () => {
    const { kit, mara, general } = await pair(slow)
    await mara.posts(general, 3)
    await kit.clock.advance(2_000)
    mara.post(general, 'not the oldest')
    const oldest = mara.post(general, 'the oldest now', undefined, 'head')
    await kit.clock.settle()
    expect(mara.of('ack').at(-1)?.id).toBe(oldest)
    expect(mara.of('ack')).toHaveLength(3)
  })

  it('allows 60 a minute with a burst of 10 a member, whatever the number of devices', async () => {
    const { kit, mara, general } = await pair()
    await kit.clock.advance(20_000) // no outbox is draining any more
    const tablet = kit.connect(await kit.furtherDevice(mara.person))
    await tablet.enter()
    await kit.clock.advance(20_000)
    await mara.posts(general, 6)
    await tablet.posts(general, 6)
    expect(mara.of('ack').length + tablet.of('ack').length).toBe(10)
    expect(tablet.last('held')).toMatchObject({ code: 'rate-limited', retryAfterMs: 1_000 })
  })

  it('lets an outbox of 1,000 writes drain fast after connecting, over several rooms', async () => {
    const { kit, mara, general } = await pair()
    const room = await secondRoom(kit, mara)
    mara.drop()
    await kit.clock.advance(900_000)
    const again = kit.connect(mara.person)
    await again.enter(mara.cursor(general))
    for (let index = 0; index < 505; index++) {
      again.post(general, `a${index}`)
      again.post(room, `b${index}`)
      if (index % 32 === 0) await kit.clock.advance(10)
    }
    await kit.clock.settle()
    expect(again.of('ack')).toHaveLength(1_010)
    expect(again.of('held')).toEqual([])
    again.post(general, 'one too many')
    expect(again.of('held')).toHaveLength(1)
  })

  it('lets each new name save up little, at whichever node, and after a restart what it can have written', async () => {
    const { kit, mara } = await pair()
    const acked = async (device: TestDevice): Promise<number> => {
      await device.posts(device.general, 1_500)
      return device.of('ack').length
    }
    expect(await acked(mara)).toBe(10 + 100)
    const sam = await kit.join('Another Sam')
    sam.drop()
    // As at another node: who was here a moment ago has saved up no more for being new to it.
    await kit.restart()
    const again = kit.connect(sam.person)
    await again.enter()
    expect(await acked(again)).toBe(10 + 100)
    mara.drop()
    await kit.clock.advance(300_000)
    await kit.restart()
    const later = kit.connect(mara.person)
    await later.enter()
    expect(await acked(later)).toBe(10 + 100 + 300)
  })

  it('allows no more than 60 a minute for long, also to who never stops draining an outbox', async () => {
    const writes = { perMinute: 60, burst: 10, saved: 20, floodPerMinute: 10_000 }
    const { kit, mara, general } = await pair({ writes })
    for (let tries = 0; tries < 4 * 300; tries++) {
      mara.post(general, `try ${tries}`, undefined, 'head')
      await kit.clock.advance(250)
    }
    expect(mara.of('ack').length).toBeGreaterThan(320)
    expect(mara.of('ack').length).toBeLessThanOrEqual(10 + 20 + 301)
    await kit.clock.advance(30_000)
    await mara.posts(general, 31)
    // Saved up again, but of use only to an outbox that drains after connecting.
    expect(mara.of('ack').length).toBeLessThanOrEqual(10 + 20 + 301 + 10)
  })

  it('closes with 4429 whoever goes on sending against the answer', async () => {
    const { kit, mara, general } = await pair(slow)
    await mara.posts(general, 3)
    await kit.clock.advance(6_000)
    for (let index = 0; index < 200; index++) mara.post(general, `flood ${index}`)
    expect(mara.closedWith).toBeUndefined()
    for (let index = 0; index < 10; index++) mara.post(general, `flood ${index}`)
    expect(mara.closedWith?.code).toBe(4429)
    const { member } = mara.person
    expect(kit.warnings).toEqual([{ address: '10.0.0.1', member, reason: 'too many writes' }])
  })

  it('closes with 4429 whoever makes up rooms without end, so that holding them back costs no memory', async () => {
    const { kit, mara, general } = await pair(slow)
    await mara.posts(general, 2)
    for (let index = 0; index < 5_000; index++) mara.post(kit.newId<RoomId>(), 'x')
    expect(mara.of('held')).toHaveLength(5_000)
    expect(mara.closedWith).toBeUndefined()
    mara.post(kit.newId<RoomId>(), 'x')
    expect(mara.closedWith?.code).toBe(4429)
  })

  it('closes with 4429 a flood of writes that cannot be read', async () => {
    const { kit, mara, general } = await pair()
    const bad = { type: 'submit', id: kit.newId(), room: general, operation: { kind: 'sing' } }
    for (let index = 0; index < 600; index++) mara.raw(JSON.stringify(bad))
    expect(mara.of('refused')).toHaveLength(600)
    expect(mara.closedWith).toBeUndefined()
    for (let index = 0; index < 200; index++) mara.raw(JSON.stringify(bad))
    expect(mara.closedWith?.code).toBe(4429)
  })
})

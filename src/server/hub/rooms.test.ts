import { describe, expect, it } from 'vitest'
import type { RoomId } from '../../protocol/ids.ts'
import type { Visibility } from '../../protocol/records.ts'
import { type HubKit, hubKit, type TestDevice } from '../../testing/hub-kit.ts'

async function three() {
  const kit = await hubKit()
  const mara = await kit.join('Mara')
  const sam = await kit.join('Sam')
  const eve = await kit.join('Eve')
  await kit.clock.advance(100)
  for (const device of [mara, sam, eve]) expect(device.of('synced')).toHaveLength(1)
  return { kit, mara, sam, eve, general: mara.general }
}

async function create(
  kit: HubKit,
  by: TestDevice,
  visibility: Visibility,
  ...others: TestDevice[]
): Promise<RoomId> {
  const room = kit.newId<RoomId>()
  const members = others.map(({ person }) => person.member)
  await by.ask({ type: 'create-room', ref: 1, room, name: 'club', topic: '', visibility, members })
  return room
}

const CLUB = { name: 'club', topic: '', visibility: 'private' as const, members: [] }

describe('rooms', () => {
  it('brings the members in before it says done', async () => {
    const { kit, mara, sam, eve } = await three()
    const room = await create(kit, mara, 'private', sam)
    expect(mara.received.slice(-2).map(({ type }) => type)).toEqual(['reset', 'done'])
    expect(mara.last('done')).toEqual({ type: 'done', ref: 1, room })
    expect(sam.last('reset')).toMatchObject({ reason: 'new-room', room: { id: room, head: 3 } })
    expect(eve.of('reset').map((reset) => reset.room.id)).not.toContain(room)
  })

  it('makes one room however often it is asked', async () => {
    const { kit, mara, sam } = await three()
    const room = await create(kit, mara, 'private')
    const more = { name: 'club', topic: '', visibility: 'private' as const, members: [] }
    await mara.ask({ type: 'create-room', ref: 2, room, ...more })
    expect(mara.last('done')).toEqual({ type: 'done', ref: 2, room })
    await sam.ask({ type: 'create-room', ref: 3, room, ...more })
    expect(sam.last('failed')).toMatchObject({ ref: 3, code: 'id-taken' })
    const unknown = { ...more, members: [kit.newId()] as never }
    await sam.ask({ type: 'create-room', ref: 4, room: kit.newId(), ...unknown })
    expect(sam.last('failed')).toMatchObject({ ref: 4, code: 'no-such-member' })
    expect(await kit.store.rooms()).toHaveLength(2)
  })

  it('gives two people who open it at the same moment one direct room', async () => {
    const { kit, mara, sam, eve } = await three()
    mara.tell({ type: 'open-direct', ref: 1, members: [sam.person.member] })
    sam.tell({ type: 'open-direct', ref: 1, members: [mara.person.member] })
    await kit.clock.settle()
    const { room } = mara.last('done')
    expect(sam.last('done').room).toBe(room)
    expect(mara.last('reset').room).toMatchObject({ id: room, kind: 'direct', name: '' })
    await mara.ask({ type: 'open-direct', ref: 2, members: [mara.person.member] })
    expect(mara.last('failed')).toMatchObject({ ref: 2, code: 'not-allowed' })

    eve.forgetReceived()
    mara.post(room, 'between us')
    await mara.ask({ type: 'typing', room, active: true })
    await sam.ask({ type: 'read', room, seq: 4 })
    await kit.clock.advance(200)
    expect(sam.events(room)).toHaveLength(1)
    expect(eve.received.filter((message) => 'room' in message)).toEqual([])
    await mara.ask({ type: 'leave-room', ref: 3, room })
    expect(mara.last('failed')).toMatchObject({ ref: 3, code: 'not-allowed' })
  })

  it('[D4] acknowledges in a room by the original number after leaving it', async () => {
    const { kit, mara, sam } = await three()
    const room = await create(kit, mara, 'public', sam)
    const id = sam.post(room, 'hello')
    await kit.clock.settle()
    await sam.ask({ type: 'leave-room', ref: 5, room })
    sam.post(room, 'hello', id)
    sam.post(room, 'again')
    await kit.clock.settle()
    expect(sam.of('ack').map(({ seq }) => seq)).toEqual([4, 4])
    expect(sam.last('refused').code).toBe('not-a-member')
  })

  it('sends a leaver its own leaving and then nothing more of the room', async () => {
    const { kit, mara, sam } = await three()
    const room = await create(kit, mara, 'public', sam)
    sam.tell({ type: 'leave-room', ref: 5, room })
    mara.post(room, 'in the same turn')
    await kit.clock.settle()
    mara.post(room, 'later')
    await mara.ask({ type: 'typing', room, active: true })
    await kit.clock.settle()
    expect(sam.events(room).map(({ type }) => type)).toEqual(['member.left'])
    expect(sam.last('done')).toMatchObject({ ref: 5 })
    expect(sam.of('typing')).toEqual([])
    for (const type of ['history', 'catch-up'] as const) {
      const { epoch } = mara.cursor(room)
      if (type === 'history') await sam.ask({ type, ref: 6, room, before: 9, limit: 5 })
      else await sam.ask({ type, room, epoch, after: 0 })
    }
    expect(sam.last('failed')).toMatchObject({ ref: 6, code: 'not-a-member' })
    expect(sam.of('page')).toEqual([])
    expect(sam.events(room)).toHaveLength(1)
  })

  it('lets nobody leave the default group', async () => {
    const { sam, general } = await three()
    await sam.ask({ type: 'leave-room', ref: 1, room: general })
    expect(sam.last('failed')).toMatchObject({ code: 'not-allowed' })
  })

  it('lets everyone join a public group, and nobody know of a private one', async () => {
    const { kit, mara, sam } = await three()
    const open = await create(kit, mara, 'public')
    const secret = await create(kit, mara, 'private')
    await sam.ask({ type: 'browse-rooms', ref: 1 })
    expect(sam.last('directory').rooms.map(({ id, joined }) => [id, joined])).toEqual([
      [sam.general, true],
      [open, false],
    ])
    await sam.ask({ type: 'join-room', ref: 2, room: open })
    expect(sam.last('done')).toMatchObject({ ref: 2, room: open })
    expect(sam.last('reset').room.id).toBe(open)
    const refs: number[] = []
    for (const [index, message] of [
      { type: 'join-room' as const, room: secret },
      { type: 'leave-room' as const, room: secret },
      { type: 'add-members' as const, room: secret, members: [sam.person.member] },
      { type: 'change-room' as const, room: secret, name: 'mine' },
      { type: 'history' as const, room: secret, before: 9, limit: 9 },
    ].entries()) {
      await sam.ask({ ...message, ref: 10 + index })
      expect(sam.last('failed')).toMatchObject({ ref: 10 + index, code: 'no-such-room' })
      refs.push(10 + index)
    }
    expect(refs).toHaveLength(5)
  })

  it('adds members to groups, who see the whole history', async () => {
    const { kit, mara, sam, eve } = await three()
    const room = await create(kit, mara, 'private')
    await mara.posts(room, 3)
    const members = [sam.person.member, eve.person.member]
    await mara.ask({ type: 'add-members', ref: 7, room, members })
    expect(mara.last('done')).toMatchObject({ ref: 7 })
    for (const device of [sam, eve]) {
      expect(device.last('reset')).toMatchObject({ room: { id: room }, unread: 0 })
      expect(device.last('reset').page.messages).toHaveLength(3)
    }
    await mara.ask({ type: 'add-members', ref: 8, room, members: [kit.newId()] })
    expect(mara.last('failed')).toMatchObject({ ref: 8, code: 'no-such-member' })
  })

  it('tells everyone in the room of a new name or topic', async () => {
    const { kit, mara, sam } = await three()
    const room = await create(kit, mara, 'public', sam)
    await sam.ask({ type: 'change-room', ref: 9, room, topic: 'about' })
    expect(mara.events(room).at(-1)).toMatchObject({ type: 'room.changed', topic: 'about' })
    await sam.ask({ type: 'change-room', ref: 10, room, topic: 'about' })
    expect(sam.last('done').ref).toBe(10)
    expect(mara.events(room)).toHaveLength(1)
  })

  it('gives history in pages, newest first', async () => {
    const { mara, general } = await three()
    await mara.posts(general, 8)
    await mara.ask({ type: 'history', ref: 1, room: general, before: 10, limit: 3 })
    expect(mara.last('page')).toMatchObject({
      ref: 1,
      room: general,
      page: { from: 7, to: 9, asOf: 12 },
    })
    expect(mara.last('page').page.messages.map(({ seq }) => seq)).toEqual([7, 8, 9])
  })

  it('fails requests with unavailable while nothing can be stored', async () => {
    const { kit, mara } = await three()
    kit.store.failing = true
    await create(kit, mara, 'public')
    expect(mara.last('failed')).toMatchObject({ ref: 1, code: 'unavailable' })
  })

  it('limits what a person may do to rooms, by how many people it is done to, on whichever device', async () => {
    const kit = await hubKit({ roomChanges: { burst: 8, perMinute: 60 } })
    const mara = await kit.join('Mara')
    const sam = await kit.join('Sam')
    const room = await create(kit, mara, 'private', sam) // 2
    const tablet = kit.connect(await kit.furtherDevice(mara.person))
    await tablet.enter()
    for (let ref = 2; ref <= 7; ref++) {
      await tablet.ask({ type: 'change-room', ref, room, topic: `topic ${ref}` })
    }
    expect(tablet.of('done')).toHaveLength(6)
    await mara.ask({ type: 'create-room', ref: 9, room: kit.newId(), ...CLUB })
    expect(mara.last('failed')).toMatchObject({ ref: 9, code: 'rate-limited' })
    await sam.ask({ type: 'change-room', ref: 1, room, topic: 'Sam still may' })
    expect(sam.of('done')).toHaveLength(1)
    await kit.clock.advance(1_000)
    await mara.ask({ type: 'create-room', ref: 10, room: kit.newId(), ...CLUB })
    expect(mara.last('done').ref).toBe(10)
  })
})

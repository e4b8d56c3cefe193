import { describe, expect, it } from 'vitest'
import { hubKit, type TestDevice } from '../../testing/hub-kit.ts'

async function pair() {
  const kit = await hubKit()
  const mara = await kit.join('Mara')
  const sam = await kit.join('Sam')
  await kit.clock.advance(100)
  const { general } = mara
  sam.forgetReceived()
  mara.forgetReceived()
  return { kit, mara, sam, general }
}

/** The person's presence as the other was told, in order. */
const seen = (by: TestDevice, of: TestDevice): string[] =>
  by
    .of('people')
    .flatMap(({ members }) => members)
    .filter(({ id }) => id === of.person.member)
    .map(({ presence }) => presence)

describe('presence', () => {
  it('[D17] announces offline 5 s after the last device left, with when it was last seen', async () => {
    const { kit, mara, sam } = await pair()
    const leftAt = kit.clock.now()
    mara.drop()
    await kit.clock.advance(4_900)
    expect(seen(sam, mara)).toEqual([])
    await kit.clock.advance(200)
    expect(seen(sam, mara)).toEqual(['offline'])
    expect(sam.last('people').members[0]?.lastSeen).toBe(leftAt)
    const stored = (await kit.store.members()).find(({ id }) => id === mara.person.member)
    expect(stored?.lastSeen).toBe(leftAt)
  })

  it('[D17] stores in one go when those who left together were last seen', async () => {
    const { kit, mara, sam } = await pair()
    const stored: number[] = []
    Object.assign(kit.store, {
      setLastSeen: async (sightings: readonly unknown[]) => void stored.push(sightings.length),
    })
    mara.drop()
    await kit.clock.advance(20)
    sam.drop()
    await kit.clock.advance(6_000)
    expect(stored).toEqual([2])
  })

  it('[D17] a blip causes no flapping', async () => {
    const { kit, mara, sam } = await pair()
    mara.drop()
    await kit.clock.advance(3_000)
    await kit.connect(mara.person).enter()
    await kit.clock.advance(20_000)
    expect(seen(sam, mara)).toEqual([])
  })

  it('[D17] one person with two devices is online once, and away when both are', async () => {
    const { kit, mara, sam } = await pair()
    const tablet = kit.connect(await kit.furtherDevice(mara.person))
    await tablet.enter()
    expect(kit.hub.onlinePeople()).toBe(2)
    expect(kit.hub.devices()).toHaveLength(3)
    await tablet.ask({ type: 'presence', presence: 'away' })
    await kit.clock.advance(100)
    expect(seen(sam, mara)).toEqual([])
    await mara.ask({ type: 'presence', presence: 'away' })
    await kit.clock.advance(100)
    await tablet.ask({ type: 'presence', presence: 'online' })
    await kit.clock.advance(100)
    expect(seen(sam, mara)).toEqual(['away', 'online'])
    tablet.drop()
    await kit.clock.advance(10_000)
    expect(seen(sam, mara)).toEqual(['away', 'online', 'away'])
    mara.drop()
    await kit.clock.advance(10_000)
    expect(seen(sam, mara)).toEqual(['away', 'online', 'away', 'offline'])
  })

  it('[D17] stores neither presence nor typing: after a restart everyone is offline', async () => {
    const { kit, mara } = await pair()
    await kit.restart()
    const again = kit.connect(mara.person)
    await again.enter()
    const others = again.of('people')[0]?.members.filter(({ id }) => id !== mara.person.member)
    expect(others?.map(({ presence }) => presence)).toEqual(['offline'])
  })
})

describe('typing', () => {
  const shown = (by: TestDevice): boolean[] => by.of('typing').map(({ active }) => active)

  it('[D17] expires 5 s after the last refresh, and is not sent back to the typist', async () => {
    const { kit, mara, sam, general } = await pair()
    await mara.ask({ type: 'typing', room: general, active: true })
    await kit.clock.advance(3_000)
    await mara.ask({ type: 'typing', room: general, active: true })
    await kit.clock.advance(4_999)
    expect(shown(sam)).toEqual([true, true])
    await kit.clock.advance(1)
    expect(shown(sam)).toEqual([true, true, false])
    expect(sam.last('typing').member).toBe(mara.person.member)
    expect(shown(mara)).toEqual([])
  })

  it.each([
    [
      'stops',
      (mara: TestDevice, room: never) => mara.tell({ type: 'typing', room, active: false }),
    ],
    ['posts', (mara: TestDevice, room: never) => void mara.post(room, 'done')],
    ['is gone', (mara: TestDevice) => mara.drop()],
  ])('[D17] ends when the typist %s', async (_words, end) => {
    const { kit, mara, sam, general } = await pair()
    await mara.ask({ type: 'typing', room: general, active: true })
    end(mara, general as never)
    await kit.clock.settle()
    expect(shown(sam)).toEqual([true, false])
    await kit.clock.advance(10_000)
    expect(shown(sam)).toEqual([true, false])
  })
})

describe('read positions', () => {
  const positions = (by: TestDevice) => by.of('reads').flatMap((message) => message.positions)

  it('[D18] move forward only, not beyond the log, and reach the room and one’s own devices', async () => {
    const { kit, mara, sam, general } = await pair()
    const tablet = kit.connect(await kit.furtherDevice(sam.person))
    await tablet.enter()
    await mara.posts(general, 5)
    for (const device of [mara, sam, tablet]) device.forgetReceived()
    for (const seq of [5, 7, 6]) {
      await sam.ask({ type: 'read', room: general, seq })
      await kit.clock.advance(200)
    }
    await sam.ask({ type: 'read', room: general, seq: 10_000 })
    await kit.clock.advance(200)
    const expected = [5, 7, 8].map((seq) => [sam.person.member, seq])
    for (const device of [mara, sam, tablet]) expect(positions(device)).toEqual(expected)
  })

  it('[D18] many marks of a moment are stored together and sent once', async () => {
    const { kit, mara, sam, general } = await pair()
    await mara.posts(general, 5)
    for (const seq of [4, 5, 6, 7, 8]) sam.tell({ type: 'read', room: general, seq })
    await kit.clock.advance(200)
    expect(positions(mara)).toEqual([[sam.person.member, 8]])
  })

  it('[D18] come with catching up, whatever the way', async () => {
    const { kit, mara, sam, general } = await pair()
    await mara.posts(general, 5)
    await sam.ask({ type: 'read', room: general, seq: 6 })
    await kit.clock.advance(200)
    const [room] = await kit.store.rooms()
    const cursor = { room: general, epoch: room!.epoch, seq: 7 }
    const byEvents = kit.connect(await kit.furtherDevice(sam.person))
    await byEvents.enter(cursor)
    expect(positions(byEvents)).toContainEqual([sam.person.member, 6])
    const bySnapshot = kit.connect(await kit.furtherDevice(sam.person))
    await bySnapshot.enter()
    expect(bySnapshot.last('reset').reads).toContainEqual([sam.person.member, 6])
    expect(bySnapshot.last('reset').unread).toBe(2)
  })

  it('[D18] are stored later when the store could not take them', async () => {
    const { kit, mara, sam, general } = await pair()
    await mara.posts(general, 5)
    const { setReads } = kit.store
    kit.store.setReads = () => Promise.reject(new Error('no'))
    await sam.ask({ type: 'read', room: general, seq: 6 })
    await kit.clock.advance(200)
    expect(positions(mara)).toEqual([])
    kit.store.setReads = setReads
    await kit.clock.advance(1_000)
    expect(positions(mara)).toEqual([[sam.person.member, 6]])
  })
})

import { describe, expect, it } from 'vitest'
import type { RoomId } from '../../protocol/ids.ts'
import type { TestDevice } from '../../testing/hub-kit.ts'
import { sessionKit } from '../../testing/session-kit.ts'

/** Names of everybody the device was ever told of. */
const seenBy = (device: TestDevice): string[] =>
  [
    ...new Set(device.of('people').flatMap(({ members }) => members.map(({ name }) => name))),
  ].toSorted()

async function stage() {
  const kit = await sessionKit()
  const sam = await kit.come('Sam')
  const nia = await kit.come('Nia')
  const tim = await kit.come('Tim', 'guest')
  const makeRoom = async (by: TestDevice, members: readonly TestDevice[], isPublic = false) => {
    const room = kit.newId<RoomId>()
    await by.ask({
      ...{ type: 'create-room', ref: 1, room, name: `room ${room.slice(-4)}`, topic: '' },
      visibility: isPublic ? 'public' : 'private',
      members: members.map(({ person }) => person.member),
    })
    return room
  }
  return { kit, sam, nia, tim, makeRoom }
}

describe('guests', () => {
  it('[I8] see nothing of the session before they are added to a room', async () => {
    const { tim, makeRoom, sam } = await stage()
    expect(tim.of('reset')).toEqual([])
    expect(seenBy(tim)).toEqual(['Tim'])
    const open = await makeRoom(sam, [], true)
    await tim.ask({ type: 'browse-rooms', ref: 1 })
    expect(tim.last('directory').rooms).toEqual([])
    const requests = [
      { type: 'join-room', ref: 2, room: open },
      { type: 'join-room', ref: 3, room: sam.general },
      { ...{ type: 'create-room', ref: 4, name: 'mine', topic: '', visibility: 'private' } },
      { type: 'change-room', ref: 5, room: open, name: 'mine' },
      { type: 'add-members', ref: 6, room: open, members: [tim.person.member] },
    ]
    for (const request of requests) {
      const more = request.type === 'create-room' ? { room: open, members: [] } : {}
      await tim.ask({ ...request, ...more } as never)
      expect(tim.last('failed')).toMatchObject({ ref: request.ref, code: 'not-allowed' })
    }
    await tim.ask({ type: 'history', ref: 7, room: open, before: 10, limit: 10 })
    expect(tim.last('failed')).toMatchObject({ ref: 7, code: 'no-such-room' })
    tim.post(open, 'let me in')
    tim.post(sam.general, 'let me in')
    await tim.ask({ type: 'ping', nonce: 1 })
    expect(tim.of('ack')).toEqual([])
    expect(seenBy(tim)).toEqual(['Tim'])
  })

  it('[I8] see the rooms they were added to, and the people in them as they come', async () => {
    const { kit, sam, nia, tim, makeRoom } = await stage()
    const room = await makeRoom(sam, [tim])
    await kit.clock.advance(200)
    expect(tim.of('reset').map(({ room: state }) => state.id)).toEqual([room])
    expect(seenBy(tim)).toEqual(['Sam', 'Tim'])
    const before = tim.received.findIndex(
      (message) => message.type === 'people' && message.members.some(({ name }) => name === 'Sam'),
    )
    const reset = tim.received.findIndex(({ type }) => type === 'reset')
    expect(before).toBeLessThan(reset)

    await sam.ask({ type: 'add-members', ref: 2, room, members: [nia.person.member] })
    expect(seenBy(tim)).toEqual(['Nia', 'Sam', 'Tim'])
    tim.forgetReceived()
    nia.drop()
    await kit.clock.advance(6_000)
    expect(tim.last('people').members).toMatchObject([{ name: 'Nia', presence: 'offline' }])

    tim.drop()
    const again = await kit.tryWith(undefined, tim.person)
    await again.sync()
    expect(seenBy(again)).toEqual(['Nia', 'Sam', 'Tim'])
  })

  it('[I8] are told nothing of others who come and go', async () => {
    const { kit, tim } = await stage()
    tim.forgetReceived()
    const kim = await kit.come('Kim')
    await kit.change({ readOnly: true })
    kim.drop()
    await kit.clock.advance(10_000)
    expect(seenBy(tim)).toEqual(['Tim'])
    expect(tim.last('session').session.readOnly).toBe(true)
  })

  it('[I8] open direct rooms with people they share a room with, and nobody else', async () => {
    const { sam, nia, tim, makeRoom } = await stage()
    await makeRoom(sam, [tim])
    await tim.ask({ type: 'open-direct', ref: 1, members: [nia.person.member] })
    expect(tim.last('failed')).toMatchObject({ ref: 1, code: 'no-such-member' })
    await tim.ask({ type: 'open-direct', ref: 2, members: [sam.person.member] })
    expect(tim.last('done').ref).toBe(2)
  })

  it('[I8] are shown around when they become members', async () => {
    const { kit, sam, tim } = await stage()
    const { member } = tim.person
    await kit.host.ask({ type: 'set-role', ref: 1, member, role: 'member' })
    await kit.clock.advance(200)
    expect(seenBy(tim)).toEqual(['Mara', 'Nia', 'Sam', 'Tim'])
    expect(tim.general).toBe(sam.general)
    await tim.ask({ type: 'browse-rooms', ref: 2 })
    expect(tim.last('directory').rooms).toHaveLength(1)
  })

  it('[I8] are seen by everybody else', async () => {
    const { kit, sam } = await stage()
    await kit.clock.advance(200)
    expect(seenBy(sam)).toContain('Tim')
  })
})

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Member } from '../../protocol/records.ts'
import {
  type ClientKit,
  clientKit,
  eventsOf,
  memberId,
  OTHER,
  posted,
  resetOf,
  ROOM,
  roomState,
  SELF,
  welcome,
} from '../../testing/client-kit.ts'

let kit: ClientKit
beforeEach(() => {
  kit = clientKit()
})
afterEach(() => kit.dispose())

const person = (n: number, name: string, presence: Member['presence'] = 'online'): Member => ({
  id: memberId(n),
  name,
  role: 'member',
  presence,
})
const PEOPLE = {
  type: 'people' as const,
  members: [person(1, 'Ada'), person(2, 'Ben'), person(3, 'Cy', 'offline')],
}

describe('presence and typing', () => {
  beforeEach(async () => {
    await kit.goOnline(PEOPLE, resetOf(roomState()))
  })
  const presences = () => kit.session.contents().people.map((one) => `${one.name} ${one.presence}`)
  const typing = () => kit.events.findLast((event) => event.type === 'typing')?.memberIds

  it('[D17] a blip does not make everyone look offline, a longer loss does', async () => {
    kit.server.current().close(1006)
    await kit.clock.advance(400)
    expect(presences()).toContain('Ben online')
    await kit.goOnline()
    await kit.clock.advance(6_000)
    expect(presences()).toContain('Ben online')
    kit.session.disconnect()
    await kit.clock.advance(5_000)
    expect(presences()).toEqual(['Ada offline', 'Ben offline', 'Cy offline'])
  })

  it('[D17] what was told of people stays while a long catch-up goes on', async () => {
    kit.server.current().close(1006)
    await kit.clock.advance(4_000)
    const connection = kit.server.current()
    connection.open()
    connection.say(welcome(), { type: 'plan', rooms: 1, events: 400 }, PEOPLE)
    await kit.clock.advance(6_000)
    expect(presences()).toContain('Ben online')
    connection.say({ type: 'synced' })
    await kit.clock.settle()
    expect(presences()).toContain('Ben online')
  })

  it('[D17] presence is not stored', () => {
    kit.reopen()
    expect(presences()).toEqual(['Ada offline', 'Ben offline', 'Cy offline'])
  })

  it('[D17] typing expires 5 s after its last refresh', async () => {
    await kit.hear({ type: 'typing', room: ROOM, member: OTHER, active: true })
    expect(typing()).toEqual([OTHER])
    await kit.clock.advance(4_000)
    await kit.hear({ type: 'typing', room: ROOM, member: OTHER, active: true })
    await kit.clock.advance(4_999)
    expect(typing()).toEqual([OTHER])
    await kit.clock.advance(1)
    expect(typing()).toEqual([])
  })

  it('[D17] who has posted is no longer typing, and oneself never is', async () => {
    await kit.hear(
      { type: 'typing', room: ROOM, member: OTHER, active: true },
      { type: 'typing', room: ROOM, member: SELF, active: true },
    )
    expect(typing()).toEqual([OTHER])
    await kit.hear(eventsOf([posted(1)]))
    expect(typing()).toEqual([])
  })

  it('[D17] tells the server that this person is typing while keys are pressed, not once for each', async () => {
    const connection = kit.server.current()
    connection.take()
    const sent = () =>
      connection.take().flatMap((one) => (one.type === 'typing' ? [one.active] : []))
    for (let i = 0; i < 20; i++) kit.session.setTyping(ROOM, true)
    expect(sent()).toEqual([true])
    for (let i = 0; i < 12; i++) {
      await kit.clock.advance(500)
      kit.session.setTyping(ROOM, true)
    }
    expect(sent()).toEqual([true, true])
    kit.session.setTyping(ROOM, false)
    kit.session.setTyping(ROOM, false)
    expect(sent()).toEqual([false])
  })

  it('[D17] who only stops pressing keys is not kept alive: the signal expires at the others', async () => {
    const connection = kit.server.current()
    kit.session.setTyping(ROOM, true)
    connection.take()
    await kit.clock.advance(20_000)
    expect(connection.take().filter((one) => one.type === 'typing')).toEqual([])
  })

  it('says that the person is away, on every connection', async () => {
    kit.session.setPresence('away')
    expect(kit.server.current().sent.at(-1)).toEqual({ type: 'presence', presence: 'away' })
    kit.server.current().close(1006)
    kit.session.connectNow()
    const again = await kit.goOnline()
    expect(again.sent).toContainEqual({ type: 'presence', presence: 'away' })
  })
})

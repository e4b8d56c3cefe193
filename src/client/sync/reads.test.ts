import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Member } from '../../protocol/records.ts'
import {
  type ClientKit,
  clientKit,
  eventsOf,
  memberId,
  message,
  messageId,
  OTHER,
  posted,
  resetOf,
  ROOM,
  roomId,
  roomState,
  SELF,
  value,
} from '../../testing/client-kit.ts'
import type { RoomView } from '../views.ts'

let kit: ClientKit
beforeEach(() => {
  kit = clientKit()
})
afterEach(() => kit.dispose())

const DIRECT = roomId(2)
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

function room(id = ROOM): RoomView | undefined {
  return kit.session.contents().rooms.find((one) => one.id === id)
}

describe('reading', () => {
  beforeEach(async () => {
    await kit.goOnline(
      PEOPLE,
      resetOf(roomState({ head: 3 }), [message(1), message(2), message(3, { author: SELF })], {
        unread: 2,
        reads: [[OTHER, 3]],
      }),
      resetOf(roomState({ id: DIRECT, kind: 'direct', name: '', isDefault: false, head: 1 }), [
        message(1, { id: messageId(91) }),
      ]),
    )
  })

  function agrees(): void {
    const { rooms } = kit.session.contents()
    const { unread, unreadDirect } = kit.session.view()
    expect(unread).toBe(rooms.reduce((sum, one) => sum + one.unread, 0))
    expect(unreadDirect).toBe(room(DIRECT)?.unread)
  }

  it('[D18] counts what others wrote after the read position; badge and lists agree', async () => {
    expect([room()?.unread, room(DIRECT)?.unread]).toEqual([2, 1])
    agrees()
    value(kit.session.markRead(ROOM, 1))
    expect(room()).toMatchObject({ unread: 1, readSeq: 1 })
    await kit.hear(eventsOf([posted(4), posted(5, { actor: SELF })]))
    expect(room()?.unread).toBe(2)
    await kit.hear(
      eventsOf([
        {
          type: 'message.deleted',
          seq: 6,
          at: 1,
          actor: OTHER,
          id: messageId(66),
          target: messageId(4),
        },
      ]),
    )
    expect(room()?.unread).toBe(1)
    agrees()
  })

  it('[D18] positions only move forward, and not past what is here', () => {
    value(kit.session.markRead(ROOM, 3))
    value(kit.session.markRead(ROOM, 1))
    expect(room()).toMatchObject({ unread: 0, readSeq: 3 })
    value(kit.session.markRead(ROOM, 99))
    expect(room()?.readSeq).toBe(3)
    agrees()
  })

  it('[D18] what was read offline reaches the server, and other devices’ reading this one', async () => {
    kit.session.disconnect()
    value(kit.session.markRead(ROOM, 2))
    kit.reopen()
    const connection = await kit.goOnline()
    expect(connection.sent.filter((sent) => sent.type === 'read')).toEqual([
      { type: 'read', room: ROOM, seq: 2 },
    ])
    await kit.hear({ type: 'reads', room: ROOM, positions: [[SELF, 3]] })
    expect(room()).toMatchObject({ readSeq: 3, unread: 0 })
    expect(value(kit.session.reads(ROOM))).toEqual([
      { memberId: SELF, seq: 3 },
      { memberId: OTHER, seq: 3 },
    ])
    agrees()
    const again = kit.server.connections.length
    connection.close(1006)
    kit.session.connectNow()
    const fresh = await kit.goOnline()
    expect(kit.server.connections.length).toBe(again + 1)
    expect(fresh.sent.filter((sent) => sent.type === 'read')).toEqual([])
  })

  it('[D18] unread beyond what is loaded is the server’s count until it is loaded', async () => {
    await kit.hear(
      resetOf(roomState({ head: 900 }), [message(899), message(900)], { from: 899, unread: 700 }),
    )
    expect(room()?.unread).toBe(700)
    await kit.hear(eventsOf([posted(901)]))
    expect(room()?.unread).toBe(701)
    value(kit.session.markRead(ROOM, 900))
    expect(room()?.unread).toBe(1)
    agrees()
  })

  it('calls a direct room by its other members, and follows their names', async () => {
    expect(room(DIRECT)?.name).toBe('Ben')
    await kit.hear({ type: 'people', members: [person(2, 'Benedict')] })
    expect(room(DIRECT)?.name).toBe('Benedict')
    const told = kit.events.findLast((event) => event.type === 'rooms')
    expect(told?.rooms.map((one) => one.name)).toContain('Benedict')
  })

  it('moves the room with the newest activity up', async () => {
    await kit.hear(eventsOf([posted(4)]))
    expect(room()?.activity).toBeGreaterThan(room(DIRECT)?.activity ?? 0)
    value(kit.session.send(DIRECT, 'hello'))
    expect(room(DIRECT)?.activity).toBeGreaterThan(room()?.activity ?? 0)
  })
})

import { describe, expect, it } from 'vitest'
import type { MemberId, RoomId, SessionId } from '../../../protocol/ids.ts'
import { seededRandom } from '../../../testing/seeded-random.ts'
import type { GuestRoom } from './guest-events.ts'
import { createGuestRooms } from './guest-rooms.ts'
import type { GuestSession } from './guest-session.ts'
import { createNameIds } from './name-ids.ts'
import { fault, ok } from './outcome.ts'

const random = seededRandom(3)
const ids = createNameIds(random.uuid() as SessionId)

/** A session whose hub answers each request as the test says. */
function scripted(answer: (type: string, room: RoomId | undefined) => string) {
  const asked: string[] = []
  const rooms = new Map<RoomId, GuestRoom>()
  const world = {
    get rooms() {
      return rooms.values()
    },
    room: (id: RoomId) => rooms.get(id),
  }
  const session = {
    self: random.uuid() as MemberId,
    world,
    async request(request: { type: string; room?: RoomId; name?: string }) {
      asked.push(request.type)
      if (request.type === 'browse-rooms') return ok({ type: 'directory', rooms: [] })
      const code = answer(request.type, request.room)
      if (code !== 'done') return fault(code as never, code)
      const id = request.room ?? (random.uuid() as RoomId)
      rooms.set(id, {
        ...{ id, kind: 'group', isDefault: false, createdAt: 0, members: new Set(), seq: 1 },
        name: request.name ?? 'survey',
      })
      return ok({ type: 'done', room: id })
    },
  }
  return { rooms: createGuestRooms(session as unknown as GuestSession, ids), asked }
}

describe('the groups that clients name', () => {
  it('are joined after all when somebody else makes one at the same moment', async () => {
    let joins = 0
    const { rooms, asked } = scripted((type) => {
      if (type === 'create-room') return 'id-taken'
      return ++joins === 1 ? 'no-such-room' : 'done'
    })
    expect(await rooms.join('survey')).toMatchObject({ kind: 'ok', value: { isNew: true } })
    expect(asked).toEqual(['browse-rooms', 'join-room', 'create-room', 'join-room'])
    expect(await rooms.join('survey')).toMatchObject({ kind: 'ok', value: { isNew: false } })
  })

  it('are not made where that is not allowed, nor by names nobody could read', async () => {
    const { rooms } = scripted((type) => (type === 'join-room' ? 'no-such-room' : 'not-allowed'))
    expect(await rooms.join('survey')).toMatchObject({ kind: 'fault', code: 'not-allowed' })
    for (const name of ['', ' padded ', 'two\nlines', 'x'.repeat(81)]) {
      expect(await rooms.join(name)).toMatchObject({ kind: 'fault', code: 'malformed' })
    }
  })
})

describe('ids made from names', () => {
  it('are the same next time, differ by session, and are UUIDs of version 5', () => {
    const again = createNameIds('0192d3a4-0000-7000-8000-000000000001' as SessionId)
    expect(again.bearerMember('issuer', 'u-1')).toBe(again.bearerMember('issuer', 'u-1'))
    expect(again.bearerMember('issuer', 'u-1')).not.toBe(ids.bearerMember('issuer', 'u-1'))
    // No two ways to write the parts come to one id.
    expect(again.bearerMember('a', 'b,c')).not.toBe(again.bearerMember('a,b', 'c'))
    expect(again.openMember('Ada')).toBe(again.openMember('ADA'))
    expect(again.openMember('Ada')).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab]/)
  })
})

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  type ClientKit,
  clientKit,
  OTHER,
  resetOf,
  ROOM,
  roomId,
  roomState,
  value,
} from '../../testing/client-kit.ts'
import type { RoomView } from '../views.ts'

let kit: ClientKit
beforeEach(() => {
  kit = clientKit()
})
afterEach(() => kit.dispose())

const DIRECT = roomId(2)
function room(id = ROOM): RoomView | undefined {
  return kit.session.contents().rooms.find((one) => one.id === id)
}

describe('rooms', () => {
  it('need the server', async () => {
    const kinds = await Promise.all([
      kit.session.joinRoom(ROOM),
      kit.session.browseRooms(),
      kit.session.openDirect([OTHER]),
    ])
    expect(kinds.map((one) => (one.ok ? 'ok' : one.failure.kind))).toEqual(
      Array.from({ length: 3 }, () => 'offline'),
    )
  })

  it('a created room is here when the call returns, whichever arrives first', async () => {
    const connection = await kit.goOnline()
    const create = kit.session.createRoom({
      name: 'new',
      topic: '',
      visibility: 'private',
      members: [OTHER],
    })
    const request = connection.sent.at(-1)
    if (request?.type !== 'create-room') throw new Error('a create-room was expected')
    await kit.hear({ type: 'done', ref: request.ref, room: request.room })
    let returned = false
    void create.then(() => (returned = true))
    await kit.clock.settle()
    expect(returned).toBe(false)
    await kit.hear(resetOf(roomState({ id: request.room, name: 'new', isDefault: false })))
    expect(value(await create)).toEqual({ room: request.room })
    expect(room(request.room)?.name).toBe('new')
  })

  it('a request that a lost connection swallowed is asked again, with the same room', async () => {
    const connection = await kit.goOnline()
    const open = kit.session.openDirect([OTHER])
    const request = connection.sent.at(-1)
    connection.close(1006)
    kit.session.connectNow()
    const again = await kit.goOnline(resetOf(roomState({ id: DIRECT, kind: 'direct', name: '' })))
    expect(again.sent).toContainEqual(request)
    await kit.hear({ type: 'done', ref: 1, room: DIRECT })
    expect(value(await open)).toEqual({ room: DIRECT })
  })

  it('says why the server refused, and when it did not answer', async () => {
    const connection = await kit.goOnline(resetOf(roomState()))
    const leave = kit.session.leaveRoom(ROOM)
    await kit.hear({ type: 'failed', ref: 1, code: 'not-allowed', message: 'default group' })
    expect(await leave).toMatchObject({ failure: { kind: 'not-allowed' } })
    const change = kit.session.changeRoom(ROOM, { topic: 'x' })
    expect(connection.sent.at(-1)).toMatchObject({ type: 'change-room', topic: 'x' })
    await kit.clock.advance(10_000)
    expect(await change).toMatchObject({ failure: { kind: 'timeout' } })
  })

  it('a room that was left is gone when the call returns', async () => {
    await kit.goOnline(resetOf(roomState({ isDefault: false })))
    const leave = kit.session.leaveRoom(ROOM)
    await kit.hear({ type: 'done', ref: 1, room: ROOM })
    value(await leave)
    expect(room()).toBeUndefined()
  })

  it('a private room is left although the connection took the answer along and the second asking finds none', async () => {
    const connection = await kit.goOnline(
      resetOf(roomState({ isDefault: false, visibility: 'private' })),
    )
    const leave = kit.session.leaveRoom(ROOM)
    connection.close(1006)
    kit.session.connectNow()
    await kit.goOnline({ type: 'room-gone', room: ROOM })
    await kit.hear({ type: 'failed', ref: 1, code: 'no-such-room', message: '' })
    value(await leave)
    expect(room()).toBeUndefined()
  })
})

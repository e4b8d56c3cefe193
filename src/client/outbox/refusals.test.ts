import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type ClientKit, clientKit, ROOM, value } from '../../testing/client-kit.ts'

import {
  ack,
  refused,
  SECOND,
  submits,
  texts,
  outboxDrill,
  twoRooms,
} from '../../testing/outbox-drill.ts'

let kit: ClientKit
beforeEach(() => {
  kit = clientKit()
})
afterEach(() => kit.dispose())

const { items, states, send } = outboxDrill(() => kit)

describe('refusals', () => {
  beforeEach(async () => {
    await kit.goOnline(...twoRooms())
  })

  it('[D5] a refused message is failed with its reason, across restarts, and does not block the next', async () => {
    const [bad, good] = [send('bad'), send('good')]
    await kit.hear(refused(bad, 'too-large'), ack(good, 1))
    kit.reopen()
    expect(await items()).toMatchObject([
      { text: 'good', state: { kind: 'sent' } },
      {
        text: 'bad',
        state: {
          kind: 'failed',
          code: 'too-large',
          message: 'This is too long: a message can have 16,383 characters.',
        },
      },
    ])
    expect(kit.session.view()).toMatchObject({ queued: 0, failed: 1 })
  })

  it('[D5] retry sends it again behind the others, with its own id', async () => {
    const bad = send('bad')
    await kit.hear(refused(bad, 'not-a-member'))
    kit.session.disconnect()
    send('later')
    value(kit.session.retry(ROOM, bad))
    expect(await states()).toEqual(['later:pending', 'bad:pending'])
    const connection = await kit.goOnline()
    expect(
      submits(connection.take())
        .map((sent) => sent.id)
        .at(-1),
    ).toBe(bad)
  })

  it('[D5] discard is the only way it goes away', async () => {
    const bad = send('bad')
    expect(kit.session.discard(ROOM, bad)).toMatchObject({ failure: { kind: 'not-allowed' } })
    await kit.hear(refused(bad, 'not-a-member'))
    value(kit.session.discard(ROOM, bad))
    await kit.clock.settle()
    expect(await items()).toEqual([])
    expect(kit.session.view().failed).toBe(0)
    expect(kit.events.findLast((event) => event.type === 'timeline')).toMatchObject({
      removed: [bad],
    })
  })

  it('changes to a refused message fail with it and are tried again with it', async () => {
    const post = send('first words')
    value(kit.session.edit(ROOM, post, 'better words'))
    await kit.hear(refused(post, 'not-a-member'))
    expect(await items()).toMatchObject([
      { text: 'better words', state: { kind: 'failed' }, change: { kind: 'failed' } },
    ])
    kit.server.current().take()
    value(kit.session.retry(ROOM, post))
    expect(texts(kit.server.current().take())).toEqual(['first words', 'better words'])
  })

  it('a message deleted on its way is gone when it is refused', async () => {
    const post = send('regretted')
    value(kit.session.delete(ROOM, post))
    await kit.hear(refused(post, 'not-a-member'))
    expect(await items()).toEqual([])
    expect(kit.session.view()).toMatchObject({ queued: 0, failed: 0 })
  })

  it('editing a failed message puts it right and sends it', async () => {
    const post = send('too long')
    await kit.hear(refused(post, 'too-large'))
    kit.server.current().take()
    value(kit.session.edit(ROOM, post, 'short'))
    expect(submits(kit.server.current().take())).toMatchObject([
      { id: post, operation: { kind: 'post', text: 'short' } },
    ])
    expect(await states()).toEqual(['short:pending'])
  })

  it('[D5] an acknowledgement wins over an earlier refusal', async () => {
    const post = send('twice')
    await kit.hear(refused(post, 'not-a-member'), ack(post, 1))
    expect(await states()).toEqual(['twice:sent'])
  })

  it('[D5] unsent messages of a room one was removed from stay in sight', async () => {
    const post = send('too late')
    await kit.hear({ type: 'room-gone', room: ROOM }, refused(post, 'not-a-member'))
    const room = kit.session.contents().rooms.find(({ id }) => id === ROOM)
    expect(room).toMatchObject({ left: true, unread: 0 })
    expect(await states()).toEqual(['too late:failed'])
    expect(kit.session.send(ROOM, 'more')).toMatchObject({ failure: { kind: 'not-a-member' } })
    value(kit.session.discard(ROOM, post))
    await kit.clock.settle()
    expect(kit.events).toContainEqual({ type: 'room-removed', roomId: ROOM })
    expect(kit.session.contents().rooms.map(({ id }) => id)).toEqual([SECOND])
  })
})

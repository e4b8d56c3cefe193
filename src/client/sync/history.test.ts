import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  type ClientKit,
  clientKit,
  EPOCH,
  eventsOf,
  message,
  messageId,
  OTHER,
  resetOf,
  ROOM,
  roomState,
  SELF,
  value,
} from '../../testing/client-kit.ts'
import type { TimelineItem } from '../views.ts'

let kit: ClientKit
beforeEach(() => {
  kit = clientKit()
})
afterEach(() => kit.dispose())

async function timeline(id = ROOM): Promise<readonly TimelineItem[]> {
  return value(await kit.session.timeline(id, { limit: 200 })).items
}
async function texts(id = ROOM): Promise<string[]> {
  return (await timeline(id)).map((item) => (item.type === 'message' ? item.text : item.event.type))
}

describe('older history', () => {
  const page = (from: number, to: number, asOf: number, messages = range(from, to)) => ({
    messages,
    notices: [],
    from,
    to,
    asOf,
  })
  const range = (from: number, to: number) =>
    Array.from({ length: to - from + 1 }, (_, i) => message(from + i))

  async function askOlder(before: number) {
    const connection = kit.server.current()
    connection.take()
    const promise = kit.session.timeline(ROOM, { before, limit: 5 })
    await kit.clock.settle()
    const request = connection.take().find((sent) => sent.type === 'history')
    return { promise, request }
  }
  async function online() {
    await kit.goOnline(resetOf(roomState({ head: 20 }), range(18, 20), { from: 18 }))
  }

  it('[D10] loads on demand, without a hole, and says when there is nothing older', async () => {
    await online()
    const newest = value(await kit.session.timeline(ROOM, { limit: 5 }))
    expect(newest.items.map((item) => item.seq)).toEqual([18, 19, 20])
    expect(newest.older).toBe('more')
    const { promise, request } = await askOlder(18)
    expect(request).toMatchObject({ before: 18, limit: 100 })
    const ref = request?.ref ?? -1
    await kit.hear({ type: 'page', ref, room: ROOM, epoch: EPOCH, page: page(1, 17, 20) })
    const older = value(await promise)
    expect(older.items.map((item) => item.seq)).toEqual([13, 14, 15, 16, 17])
    expect(older.older).toBe('more')
    // The rest is here now.
    const first = await askOlder(3)
    expect(first.request).toBeUndefined()
    expect(value(await first.promise)).toMatchObject({
      older: 'none',
      items: [{ seq: 1 }, { seq: 2 }],
    })
  })

  it('[D10] says that older messages cannot be reached while offline', async () => {
    await online()
    kit.session.disconnect()
    expect(value(await kit.session.timeline(ROOM, { before: 18, limit: 5 }))).toEqual({
      items: [],
      older: 'unreachable',
    })
    expect(value(await kit.session.timeline(ROOM, { limit: 5 })).older).toBe('unreachable')
  })

  it('gives up after a while without an answer', async () => {
    await online()
    const { promise } = await askOlder(18)
    await kit.clock.advance(10_000)
    expect(value(await promise)).toEqual({ items: [], older: 'unreachable' })
  })

  it('[D7] a change that arrived before the page, and after it was read, is not lost', async () => {
    await online()
    const { promise, request } = await askOlder(18)
    const edited = {
      type: 'message.edited',
      actor: OTHER,
      at: 1,
      seq: 21,
      id: messageId(21),
      target: messageId(15),
      text: 'edited meanwhile',
    } as const
    await kit.hear(eventsOf([edited]), {
      type: 'page',
      ref: request?.ref ?? -1,
      room: ROOM,
      epoch: EPOCH,
      page: page(1, 17, 20),
    })
    expect(value(await promise).items[2]).toMatchObject({ seq: 15, text: 'edited meanwhile' })
  })

  it('[D7] a page never overwrites what is newer', async () => {
    await online()
    const { promise, request } = await askOlder(18)
    await kit.hear({
      type: 'page',
      ref: request?.ref ?? -1,
      room: ROOM,
      epoch: EPOCH,
      page: page(1, 17, 20, [...range(1, 16), message(17, { revision: 20, text: 'as of 20' })]),
    })
    expect(value(await promise).items.at(-1)).toMatchObject({ text: 'as of 20' })
    await kit.hear(
      eventsOf([
        {
          type: 'message.edited',
          actor: OTHER,
          at: 1,
          seq: 21,
          id: messageId(21),
          target: messageId(17),
          text: 'as of 21',
        },
      ]),
    )
    const last = value(await kit.session.timeline(ROOM, { before: 18, limit: 1 }))
    expect(last.items).toMatchObject([{ text: 'as of 21' }])
  })

  it('a page from before a reset is asked for again', async () => {
    await online()
    const { promise, request } = await askOlder(18)
    await kit.hear(resetOf(roomState({ head: 900 }), [message(900)], { from: 900 }), {
      type: 'page',
      ref: request?.ref ?? -1,
      room: ROOM,
      epoch: EPOCH,
      page: page(1, 17, 20),
    })
    const again = kit.server
      .current()
      .take()
      .find((sent) => sent.type === 'history')
    expect(again).toMatchObject({ before: 900 })
    await kit.hear({ type: 'failed', ref: again?.ref ?? -1, code: 'unavailable', message: '' })
    await kit.clock.advance(60_000)
    await promise
    expect(await texts()).toEqual(['text 900'])
  })

  it('[D7] a page does not take back what a reset that overlaps it has brought', async () => {
    await online()
    const { promise, request } = await askOlder(18)
    const reactions = [{ emoji: '🎉', members: [OTHER] }]
    await kit.hear(
      resetOf(roomState({ head: 22 }), [message(15, { reactions }), ...range(16, 20)], {
        from: 15,
      }),
      {
        type: 'page',
        ref: request?.ref ?? -1,
        room: ROOM,
        epoch: EPOCH,
        page: page(1, 17, 20),
      },
    )
    kit.session.disconnect()
    await kit.clock.advance(10_000)
    await promise
    expect((await timeline())[0]).toMatchObject({ seq: 15, reactions: [{ emoji: '🎉' }] })
  })

  it('[D7] a page is older than an acknowledged edit to a message below what is loaded', async () => {
    await kit.goOnline(resetOf(roomState()))
    const { message: id } = value(kit.session.send(ROOM, 'first words'))
    kit.server.current().close(1006)
    await kit.goOnline(resetOf(roomState({ head: 20 }), range(18, 20), { from: 18 }))
    await kit.hear({ type: 'ack', id, room: ROOM, seq: 10, at: 10 })
    const { promise, request } = await askOlder(18)
    value(kit.session.edit(ROOM, id, 'better words'))
    const edit = kit.server.current().sent.at(-1)
    if (edit?.type !== 'submit') throw new Error('an edit was expected')
    const own = message(10, { id, author: SELF, text: 'first words' })
    await kit.hear(
      { type: 'ack', id: edit.id, room: ROOM, seq: 21, at: 21 },
      {
        type: 'page',
        ref: request?.ref ?? -1,
        room: ROOM,
        epoch: EPOCH,
        page: page(1, 17, 20, [own, ...range(11, 17)]),
      },
    )
    await promise
    expect((await timeline())[0]).toMatchObject({ id, text: 'better words', edited: true })
  })
})

import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { MessageId } from '../../protocol/ids.ts'
import {
  type ClientKit,
  clientKit,
  epochId,
  eventsOf,
  message,
  messageId,
  posted,
  resetOf,
  ROOM,
  roomId,
  roomState,
  SELF,
  value,
  welcome,
} from '../../testing/client-kit.ts'
import { WINDOW } from './drain.ts'

import { ack, SECOND, submits, texts, outboxDrill, twoRooms } from '../../testing/outbox-drill.ts'

let kit: ClientKit
beforeEach(() => {
  kit = clientKit()
})
afterEach(() => kit.dispose())

const { items, states, send, reconnect } = outboxDrill(() => kit)

describe('writing', () => {
  it('[D1] the message and its outbox row are one transaction, on disk before it is shown', async () => {
    await kit.goOnline(...twoRooms())
    kit.session.disconnect()
    const id = send('hello')
    const file = new Database(kit.file, { readonly: true })
    const row = file
      .prepare('SELECT text, seq, state FROM message JOIN outbox USING (id) WHERE id = ?')
      .get(id)
    file.close()
    expect(row).toEqual({ text: 'hello', seq: null, state: 'waiting' })
    await kit.clock.settle()
    const shown = kit.events.findLast((event) => event.type === 'timeline')
    expect(shown?.items).toMatchObject([{ id, seq: null, state: { kind: 'pending' } }])
    expect(kit.session.view()).toMatchObject({ queued: 1, failed: 0 })
  })

  it('[D1] the draft goes in the same transaction, so that a crash does not show the words twice', async () => {
    await kit.goOnline(...twoRooms())
    value(kit.session.setDraft(ROOM, 'hello'))
    send('hello')
    const file = new Database(kit.file, { readonly: true })
    const drafts = file.prepare('SELECT count(*) AS count FROM draft').get()
    file.close()
    expect(drafts).toEqual({ count: 0 })
  })

  it('[D1] what is written offline waits through a restart and is sent by itself', async () => {
    await kit.goOnline(...twoRooms())
    kit.session.disconnect()
    send('one')
    send('two')
    kit.reopen()
    expect(await states()).toEqual(['one:pending', 'two:pending'])
    const connection = await kit.goOnline()
    expect(texts(connection.take())).toEqual(['one', 'two'])
  })

  it('refuses what cannot be sent, and says why', async () => {
    await kit.goOnline(...twoRooms())
    const kinds = [
      kit.session.send(ROOM, 'x'.repeat(16_384)),
      kit.session.send(ROOM, ' \n'),
      kit.session.send(roomId(99), 'hello'),
      kit.session.edit(ROOM, messageId(99), 'hello'),
    ].map((result) => (result.ok ? 'ok' : result.failure.kind))
    expect(kinds).toEqual(['too-large', 'invalid-arguments', 'no-such-room', 'no-such-message'])
    expect(kit.session.view().queued).toBe(0)
  })
})

describe('draining', () => {
  it('[D2] first in first out per room, a window at a time, each room by itself', async () => {
    await kit.goOnline(...twoRooms())
    kit.session.disconnect()
    const ids = Array.from({ length: WINDOW + 3 }, (_, i) => send(`a${i}`))
    send('b0', SECOND)
    const connection = await kit.goOnline()
    const first = submits(connection.take())
    expect(texts(first.filter((sent) => sent.room === ROOM))).toEqual(
      Array.from({ length: WINDOW }, (_, i) => `a${i}`),
    )
    expect(texts(first.filter((sent) => sent.room === SECOND))).toEqual(['b0'])
    await kit.hear(ack(ids[0] as MessageId, 1), ack(ids[1] as MessageId, 2))
    expect(texts(connection.take())).toEqual([`a${WINDOW}`, `a${WINDOW + 1}`])
  })

  it('[D4] resends what was not answered with the same id, from the head', async () => {
    await kit.goOnline(...twoRooms())
    const [one, two] = [send('one'), send('two')]
    await kit.hear(ack(one, 1))
    const again = await reconnect()
    expect(submits(again.take())).toMatchObject([{ id: two, operation: { text: 'two' } }])
  })

  it('[D5] transport failures retry for ever', async () => {
    await kit.goOnline(...twoRooms())
    const id = send('stubborn')
    for (let i = 0; i < 50; i++) {
      const connection = await reconnect()
      expect(submits(connection.take()).map((sent) => sent.id)).toEqual([id])
    }
    expect(await states()).toEqual(['stubborn:pending'])
  })

  it('sends nothing before everything missed has arrived', async () => {
    await kit.goOnline(...twoRooms())
    send('one')
    kit.server.current().close(1006)
    kit.session.connectNow()
    const connection = kit.server.current()
    connection.open()
    connection.say(welcome())
    await kit.clock.settle()
    expect(connection.sent.map((sent) => sent.type)).toEqual(['hello', 'sync'])
    connection.say({ type: 'synced' })
    await kit.clock.settle()
    expect(texts(connection.sent)).toEqual(['one'])
  })

  it('[D2] goes back to a held write and waits, while other rooms flow on', async () => {
    const connection = await kit.goOnline(...twoRooms())
    const ids = ['one', 'two', 'three'].map((text) => send(text))
    connection.take()
    await kit.hear(ack(ids[0] as MessageId, 1), {
      type: 'held',
      id: ids[1] as MessageId,
      room: ROOM,
      code: 'rate-limited',
      retryAfterMs: 700,
    })
    send('four')
    send('elsewhere', SECOND)
    expect(texts(connection.take())).toEqual(['elsewhere'])
    await kit.clock.advance(699)
    expect(connection.take()).toEqual([])
    await kit.clock.advance(1)
    expect(texts(connection.take())).toEqual(['two', 'three', 'four'])
  })

  it('[D2] begins anew when the held write was settled while others are unanswered, or the room would stay held', async () => {
    const connection = await kit.goOnline(...twoRooms())
    const [one, two] = [send('one'), send('two')]
    send('three')
    connection.take()
    await kit.hear({ type: 'held', id: two, room: ROOM, code: 'rate-limited', retryAfterMs: 700 })
    // The connection before this one had brought both to the server; its ack of the first is slow to come.
    await kit.hear(
      eventsOf([
        posted(1, { id: one, actor: SELF, text: 'one' }),
        posted(2, { id: two, actor: SELF, text: 'two' }),
      ]),
    )
    await kit.clock.advance(700)
    expect(submits(connection.take())).toMatchObject([{ operation: { text: 'three' }, head: true }])
  })

  it('[D5] does not wait longer than a minute, whatever a server asks for', async () => {
    const connection = await kit.goOnline(...twoRooms())
    const id = send('one')
    connection.take()
    const retryAfterMs = Number.MAX_SAFE_INTEGER
    await kit.hear({ type: 'held', id, room: ROOM, code: 'unavailable', retryAfterMs })
    await kit.clock.advance(30_000)
    connection.ping()
    expect(texts(connection.take())).toEqual([])
    await kit.clock.advance(30_000)
    expect(texts(connection.take())).toEqual(['one'])
  })
})

describe('confirmation', () => {
  it.each(['ack first', 'event first', 'event only', 'both in one turn'])(
    '[D3] a post is sent once it is numbered: %s',
    async (order) => {
      await kit.goOnline(...twoRooms())
      const id = send('hello')
      const event = eventsOf([posted(1, { id, actor: SELF, text: 'hello' })])
      if (order === 'ack first') {
        await kit.hear(ack(id, 1))
        expect(await states()).toEqual(['hello:sent'])
        await kit.hear(event)
      } else if (order === 'event first') {
        await kit.hear(event)
        await kit.hear(ack(id, 1))
      } else if (order === 'event only') await kit.hear(event)
      else await kit.hear(ack(id, 1), event)
      expect(await items()).toMatchObject([{ id, seq: 1, order: 1, state: { kind: 'sent' } }])
      expect(kit.session.view()).toMatchObject({ queued: 0, unread: 0 })
      expect(texts((await reconnect()).take())).toEqual([])
    },
  )

  it('[D4] a post that a snapshot already has is confirmed by it and not sent again', async () => {
    await kit.goOnline(...twoRooms())
    const id = send('hello')
    const page = [message(1), message(2, { id, author: SELF, text: 'hello' })]
    const connection = await reconnect(resetOf(roomState({ head: 2 }), page))
    expect(submits(connection.take())).toEqual([])
    expect(await states()).toEqual(['text 1:sent', 'hello:sent'])
  })

  it('[D4] a post whose number lies before what is loaded leaves the view until history brings it', async () => {
    await kit.goOnline(...twoRooms())
    const id = send('hello')
    const connection = await reconnect(
      resetOf(roomState({ head: 900 }), [message(900)], { from: 900 }),
    )
    expect(await states()).toEqual(['text 900:sent', 'hello:pending'])
    await kit.hear(ack(id, 100))
    expect(kit.events.findLast((event) => event.type === 'timeline')).toMatchObject({
      removed: [id],
    })
    connection.take()
    const older = kit.session.timeline(ROOM, { before: 900, limit: 100 })
    const [request] = connection.take()
    if (request?.type !== 'history') throw new Error('no history was asked for')
    const messages = [message(100, { id, author: SELF, text: 'hello' })]
    await kit.hear({
      type: 'page',
      ref: request.ref,
      room: ROOM,
      epoch: epochId(1),
      page: { messages, notices: [], from: 1, to: 899, asOf: 900 },
    })
    expect(value(await older)).toMatchObject({ items: [{ id, seq: 100 }], older: 'none' })
  })
})

import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ClientMessage, Submit } from '../../protocol/client-messages.ts'
import type { MessageId } from '../../protocol/ids.ts'
import {
  type ClientKit,
  clientKit,
  epochId,
  eventsOf,
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
import type { MessageView } from '../views.ts'
import { WINDOW } from './drain.ts'

let kit: ClientKit
beforeEach(() => {
  kit = clientKit()
})
afterEach(() => kit.dispose())

const SECOND = roomId(2)
const rooms = () => [resetOf(roomState()), resetOf(roomState({ id: SECOND, name: 'second' }))]

function submits(messages: readonly ClientMessage[]): Submit[] {
  return messages.filter((sent) => sent.type === 'submit')
}
function texts(messages: readonly ClientMessage[]): string[] {
  return submits(messages).map(({ operation }) => ('text' in operation ? operation.text : ''))
}
function send(text: string, room = ROOM): MessageId {
  return value(kit.session.send(room, text)).message
}
async function items(room = ROOM): Promise<MessageView[]> {
  const page = value(await kit.session.timeline(room, { limit: 200 }))
  return page.items.filter((item) => item.type === 'message')
}
async function states(room = ROOM): Promise<string[]> {
  return (await items(room)).map((item) => `${item.text}:${item.state.kind}`)
}
/** Takes the newest connection away and makes a new one. */
async function reconnect(...frames: Parameters<ClientKit['goOnline']>) {
  kit.server.current().close(1006)
  kit.session.connectNow()
  return await kit.goOnline(...frames)
}
const ack = (id: MessageId, seq: number, room = ROOM) =>
  ({ type: 'ack', id, room, seq, at: 1_000 + seq }) as const
const refused = (id: MessageId, code: 'too-large' | 'not-a-member' | 'message-deleted') =>
  ({ type: 'refused', id, room: ROOM, code, message: '' }) as const

describe('writing', () => {
  it('[D1] the message and its outbox row are one transaction, on disk before it is shown', async () => {
    await kit.goOnline(...rooms())
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

  it('[D1] what is written offline waits through a restart and is sent by itself', async () => {
    await kit.goOnline(...rooms())
    kit.session.disconnect()
    send('one')
    send('two')
    kit.reopen()
    expect(await states()).toEqual(['one:pending', 'two:pending'])
    const connection = await kit.goOnline()
    expect(texts(connection.take())).toEqual(['one', 'two'])
  })

  it('refuses what cannot be sent, and says why', async () => {
    await kit.goOnline(...rooms())
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
    await kit.goOnline(...rooms())
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
    await kit.goOnline(...rooms())
    const [one, two] = [send('one'), send('two')]
    await kit.hear(ack(one, 1))
    const again = await reconnect()
    expect(submits(again.take())).toMatchObject([{ id: two, operation: { text: 'two' } }])
  })

  it('[D5] transport failures retry for ever', async () => {
    await kit.goOnline(...rooms())
    const id = send('stubborn')
    for (let i = 0; i < 50; i++) {
      const connection = await reconnect()
      expect(submits(connection.take()).map((sent) => sent.id)).toEqual([id])
    }
    expect(await states()).toEqual(['stubborn:pending'])
  })

  it('sends nothing before everything missed has arrived', async () => {
    await kit.goOnline(...rooms())
    send('one')
    kit.server.current().close(1006)
    kit.session.connectNow()
    const connection = kit.server.current()
    connection.open()
    connection.say({ ...(await import('../../testing/client-kit.ts')).welcome() })
    await kit.clock.settle()
    expect(connection.sent.map((sent) => sent.type)).toEqual(['hello', 'sync'])
    connection.say({ type: 'synced' })
    await kit.clock.settle()
    expect(texts(connection.sent)).toEqual(['one'])
  })

  it('[D2] goes back to a held write and waits, while other rooms flow on', async () => {
    const connection = await kit.goOnline(...rooms())
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
})

describe('confirmation', () => {
  it.each(['ack first', 'event first', 'event only', 'both in one turn'])(
    '[D3] a post is sent once it is numbered: %s',
    async (order) => {
      await kit.goOnline(...rooms())
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
    await kit.goOnline(...rooms())
    const id = send('hello')
    const page = [message(1), message(2, { id, author: SELF, text: 'hello' })]
    const connection = await reconnect(resetOf(roomState({ head: 2 }), page))
    expect(submits(connection.take())).toEqual([])
    expect(await states()).toEqual(['text 1:sent', 'hello:sent'])
  })

  it('[D4] a post whose number lies before what is loaded leaves the view until history brings it', async () => {
    await kit.goOnline(...rooms())
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

describe('changes', () => {
  beforeEach(async () => {
    await kit.goOnline(
      resetOf(roomState({ head: 2 }), [message(1), message(2, { author: SELF })], {
        reads: [[SELF, 2]],
      }),
    )
  })

  it('shows an edit, a delete and a reaction at once, and keeps them when they are confirmed', async () => {
    const connection = kit.server.current()
    connection.take()
    value(kit.session.edit(ROOM, messageId(2), 'better'))
    value(kit.session.react(ROOM, messageId(1), '👍'))
    expect(await items()).toMatchObject([
      {
        reactions: [{ emoji: '👍', memberIds: [SELF] }],
        change: { kind: 'pending', operation: 'react' },
      },
      { text: 'better', edited: true, state: { kind: 'sent' }, change: { operation: 'edit' } },
    ])
    const [edit, react] = submits(connection.take())
    if (edit === undefined || react === undefined) throw new Error('two writes were expected')
    // The answers come long before the events, which follow others' in the log.
    await kit.hear(ack(edit.id, 5), ack(react.id, 6))
    const confirmed = await items()
    expect(confirmed).toMatchObject([
      { reactions: [{ emoji: '👍', memberIds: [SELF] }] },
      { text: 'better', edited: true },
    ])
    expect(confirmed.map((item) => item.change)).toEqual([undefined, undefined])
    value(kit.session.delete(ROOM, messageId(2)))
    expect((await items())[1]).toMatchObject({ deleted: true, text: '' })
  })

  it('[D7] an older edit that arrives after a newer acknowledged one changes nothing', async () => {
    value(kit.session.edit(ROOM, messageId(2), 'newest'))
    const edit = submits(kit.server.current().sent).at(-1)
    if (edit === undefined) throw new Error('an edit was expected')
    await kit.hear(ack(edit.id, 4))
    const target = messageId(2)
    const base = { type: 'message.edited', actor: SELF, target, at: 1 } as const
    await kit.hear(eventsOf([{ ...base, seq: 3, id: messageId(33), text: 'from another device' }]))
    expect((await items())[1]?.text).toBe('newest')
    await kit.hear(eventsOf([{ ...base, seq: 4, id: edit.id, text: 'newest' }]))
    expect((await items())[1]).toMatchObject({ text: 'newest', edited: true })
  })

  it('[D2] a change to a message that is on its way follows it', async () => {
    kit.session.disconnect()
    const id = send('draft')
    value(kit.session.edit(ROOM, id, 'final'))
    expect((await items()).at(-1)).toMatchObject({ text: 'final', state: { kind: 'pending' } })
    const connection = await kit.goOnline()
    expect(submits(connection.take()).map((sent) => sent.operation)).toMatchObject([
      { kind: 'post', text: 'draft' },
      { kind: 'edit', target: id, text: 'final' },
    ])
  })

  it('only the author may edit or delete', () => {
    expect(kit.session.edit(ROOM, messageId(1), 'x')).toMatchObject({
      failure: { kind: 'not-the-author' },
    })
    expect(kit.session.delete(ROOM, messageId(1))).toMatchObject({ ok: false })
  })

  it('a delete or reaction that finds the message deleted is done with', async () => {
    value(kit.session.delete(ROOM, messageId(2)))
    value(kit.session.react(ROOM, messageId(1), '👍'))
    const sent = submits(kit.server.current().sent)
    await kit.hear(...sent.map(({ id }) => refused(id, 'message-deleted')))
    expect(kit.session.view()).toMatchObject({ queued: 0, failed: 0 })
  })
})

describe('refusals', () => {
  beforeEach(async () => {
    await kit.goOnline(...rooms())
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

describe('broken rows', () => {
  it('[D5] an unsent message whose row cannot be read is a failure one can see and retry', async () => {
    await kit.goOnline(...rooms())
    kit.session.disconnect()
    const id = send('precious')
    kit.session.close()
    const file = new Database(kit.file)
    file.prepare(`UPDATE outbox SET operation = '{"kind":"po' WHERE id = ?`).run(id)
    file.close()
    kit.reopen()
    expect(await items()).toMatchObject([
      { id, text: 'precious', state: { kind: 'failed', code: 'malformed' } },
    ])
    value(kit.session.retry(ROOM, id))
    expect(texts((await kit.goOnline()).take())).toEqual(['precious'])
  })

  it('[D5] an unsent message without a row is a failure as well', async () => {
    await kit.goOnline(...rooms())
    kit.session.disconnect()
    send('precious')
    const file = new Database(kit.file)
    file.prepare('DELETE FROM outbox').run()
    file.close()
    kit.reopen()
    expect(await states()).toEqual(['precious:failed'])
  })

  it('leaves another person’s file as it is', () => {
    expect(() =>
      clientKit({ file: kit.file, identity: { ...identity(), memberId: OTHER } }),
    ).toThrow(/belongs to another person/)
  })
})

function identity() {
  return {
    memberId: SELF,
    memberKey: 'k'.repeat(43),
    memberName: 'Ada',
    deviceId: messageId(1) as never,
    deviceName: 'laptop',
  }
}

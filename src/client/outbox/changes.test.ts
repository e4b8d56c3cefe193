import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  type ClientKit,
  clientKit,
  eventsOf,
  message,
  messageId,
  resetOf,
  ROOM,
  roomState,
  SELF,
  value,
} from '../../testing/client-kit.ts'

import { ack, refused, submits, outboxDrill } from '../../testing/outbox-drill.ts'

let kit: ClientKit
beforeEach(() => {
  kit = clientKit()
})
afterEach(() => kit.dispose())

const { items, send } = outboxDrill(() => kit)

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

  it('a failed change is not hidden behind a newer one', async () => {
    value(kit.session.edit(ROOM, messageId(2), 'better'))
    const edit = submits(kit.server.current().sent).at(-1)
    await kit.hear(refused(edit?.id ?? messageId(0), 'too-large'))
    value(kit.session.react(ROOM, messageId(2), '👍'))
    expect((await items())[1]).toMatchObject({
      text: 'better',
      change: { kind: 'failed', operation: 'edit', operationId: edit?.id },
    })
    value(kit.session.discard(ROOM, edit?.id ?? messageId(0)))
    expect((await items())[1]).toMatchObject({
      text: 'text 2',
      reactions: [{ emoji: '👍' }],
      change: { kind: 'pending', operation: 'react' },
    })
  })

  it('a delete that failed does not pretend', async () => {
    value(kit.session.delete(ROOM, messageId(2)))
    const sent = submits(kit.server.current().sent).at(-1)
    await kit.hear(refused(sent?.id ?? messageId(0), 'not-a-member'))
    expect((await items())[1]).toMatchObject({
      deleted: false,
      text: 'text 2',
      change: { kind: 'failed', operation: 'delete' },
    })
  })
})

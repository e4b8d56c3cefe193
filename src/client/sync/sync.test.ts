import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { RoomEvent } from '../../protocol/records.ts'
import {
  challenge,
  type ClientKit,
  clientKit,
  EPOCH,
  epochId,
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
  welcome,
} from '../../testing/client-kit.ts'
import type { RoomView, TimelineItem } from '../views.ts'

let kit: ClientKit
beforeEach(() => {
  kit = clientKit()
})
afterEach(() => kit.dispose())

const SECOND = roomId(2)

function room(id = ROOM): RoomView {
  const found = kit.session.contents().rooms.find((one) => one.id === id)
  if (found === undefined) throw new Error('no such room')
  return found
}
async function timeline(id = ROOM): Promise<readonly TimelineItem[]> {
  return value(await kit.session.timeline(id, { limit: 200 })).items
}
async function texts(id = ROOM): Promise<string[]> {
  return (await timeline(id)).map((item) => (item.type === 'message' ? item.text : item.event.type))
}
function many(from: number, to: number): RoomEvent[] {
  return Array.from({ length: to - from + 1 }, (_, i) => posted(from + i))
}
const asked = () => kit.server.current().sent.filter((sent) => sent.type === 'catch-up')

describe('the log', () => {
  it('[D7] the cursor is in the transaction of its events', async () => {
    await kit.goOnline(resetOf(roomState()), eventsOf(many(1, 3)))
    const file = new Database(kit.file, { readonly: true })
    expect(file.prepare('SELECT cursor FROM room').pluck().get()).toBe(3)
    expect(file.prepare('SELECT count(*) FROM message').pluck().get()).toBe(3)
    file.close()
    kit.reopen()
    await kit.goOnline()
    expect(kit.server.current().sent[2]).toEqual({
      type: 'sync',
      cursors: [{ room: ROOM, epoch: EPOCH, seq: 3 }],
    })
  })

  it('[D7] names no more cursors than fit a frame of the server', async () => {
    const rooms = Array.from({ length: 12 }, (_, index) => roomState({ id: roomId(index + 1) }))
    await kit.goOnline(...rooms.map((state) => resetOf(state)))
    kit.reopen()
    kit.session.connectNow()
    const connection = kit.server.current()
    connection.open()
    const { limits, ...rest } = welcome()
    connection.say(challenge(), { ...rest, limits: { ...limits, frameBytes: 1_024 } })
    const sync = connection.sent[2]
    expect(sync).toMatchObject({ type: 'sync', cursors: { length: 8 } })
    expect(JSON.stringify(sync).length).toBeLessThan(1_024)
  })

  it('[D7] applying an event twice changes nothing', async () => {
    await kit.goOnline(resetOf(roomState()), eventsOf(many(1, 3)))
    const before = [await timeline(), room()]
    await kit.hear(eventsOf(many(1, 3)), eventsOf(many(2, 2)))
    expect([await timeline(), room()]).toEqual(before)
    // Nor is it taken for a gap, which would have the range sent once more.
    expect(asked()).toEqual([])
  })

  it('[D9] a skipped number asks for the missing range once; other rooms flow on', async () => {
    await kit.goOnline(resetOf(roomState()), resetOf(roomState({ id: SECOND })))
    await kit.hear(eventsOf(many(1, 1)), eventsOf(many(4, 4)), eventsOf(many(5, 5)))
    await kit.hear(eventsOf([posted(1, { id: messageId(51) })], SECOND))
    expect(asked()).toEqual([{ type: 'catch-up', room: ROOM, epoch: EPOCH, after: 1 }])
    expect(await texts()).toEqual(['text 1'])
    expect(await texts(SECOND)).toHaveLength(1)
    await kit.hear(eventsOf(many(2, 5)), eventsOf(many(6, 6)))
    expect(await texts()).toHaveLength(6)
    await kit.hear(eventsOf(many(9, 9)))
    expect(asked()).toHaveLength(2)
  })

  it('[D9] asks again on a new connection, where the old answer will not come', async () => {
    await kit.goOnline(resetOf(roomState()), eventsOf(many(3, 3)))
    expect(asked()).toHaveLength(1)
    kit.server.current().close(1006)
    kit.session.connectNow()
    await kit.goOnline(eventsOf(many(3, 3)))
    expect(asked()).toHaveLength(1)
  })

  it('[D6] events of another epoch are not applied; the room is asked for', async () => {
    await kit.goOnline(resetOf(roomState()), eventsOf(many(1, 2)))
    await kit.hear(eventsOf(many(3, 3), ROOM, epochId(2)))
    expect(asked()).toEqual([{ type: 'catch-up', room: ROOM, epoch: EPOCH, after: 2 }])
    expect(await texts()).toHaveLength(2)
  })

  it('[D10] a reset replaces the room in one step, but not what is not sent, nor the draft', async () => {
    await kit.goOnline(resetOf(roomState()), eventsOf(many(1, 3)))
    kit.session.disconnect()
    value(kit.session.send(ROOM, 'unsent'))
    value(kit.session.setDraft(ROOM, 'half a thought'))
    const state = roomState({ epoch: epochId(2), head: 70, name: 'renamed' })
    await kit.goOnline(
      resetOf(state, [message(70, { text: 'new log' })], {
        from: 70,
        unread: 12,
        reason: 'epoch-changed',
      }),
    )
    expect(await texts()).toEqual(['new log', 'unsent'])
    expect(room()).toMatchObject({
      name: 'renamed',
      draft: 'half a thought',
      headSeq: 70,
      unread: 12,
      readSeq: 0,
    })
    expect(kit.events).toContainEqual({ type: 'timeline-reset', roomId: ROOM })
    expect(kit.session.search('text', 10)).toEqual([])
    await kit.hear(eventsOf([posted(71)], ROOM, epochId(2)))
    expect(await texts()).toEqual(['new log', 'text 71', 'unsent'])
  })

  it('[D10] numbers of the old log that come back in a new one do not clash', async () => {
    await kit.goOnline(resetOf(roomState()), eventsOf(many(1, 3)))
    const page = [message(1, { id: messageId(101) }), message(2, { id: messageId(1) })]
    await kit.hear(resetOf(roomState({ epoch: epochId(2), head: 2 }), page))
    expect((await timeline()).map((item) => item.id)).toEqual([messageId(101), messageId(1)])
  })

  it('[D11] recovers fifty times in a row, with nothing received before', async () => {
    await kit.goOnline(resetOf(roomState()))
    for (let seq = 1; seq <= 50; seq++) {
      kit.server.current().close(1006)
      kit.session.connectNow()
      await kit.goOnline(eventsOf(many(seq, seq)))
      expect(kit.server.current().sent[2]).toMatchObject({ cursors: [{ seq: seq - 1 }] })
    }
    expect(await texts()).toHaveLength(50)
  })

  it('asks for the whole of a room it does not know', async () => {
    await kit.goOnline()
    await kit.hear(eventsOf(many(5, 5)))
    expect(asked()).toMatchObject([{ room: ROOM, after: 0 }])
    await kit.hear(resetOf(roomState({ head: 5 }), [message(5)]))
    expect(await texts()).toEqual(['text 5'])
  })

  it('keeps nothing of a batch that cannot be stored, and connects anew', async () => {
    const connection = await kit.goOnline(resetOf(roomState()))
    // Two messages under one number: a server that breaks D6.
    const clash = message(1, { id: messageId(77) })
    await kit.hear(eventsOf(many(1, 1)), resetOf(roomState({ id: SECOND }), [clash, message(1)]))
    expect(connection.ended()).toBe('dropped')
    expect(kit.session.view().connection.state).toBe('waiting')
    expect(await texts()).toEqual([])
    expect(room().headSeq).toBe(0)
  })

  it('a newer server’s unknown messages are passed over', async () => {
    await kit.goOnline(resetOf(roomState()))
    kit.server.current().sayRaw('{"type":"weather","sunny":true}')
    kit.server.current().sayRaw('not json')
    await kit.hear(eventsOf(many(1, 1)))
    expect(await texts()).toEqual(['text 1'])
  })
})

describe('events', () => {
  const base = { actor: OTHER, at: 9 } as const
  beforeEach(async () => {
    await kit.goOnline(resetOf(roomState({ head: 2 }), [message(1), message(2)]))
  })

  it('edits, deletes and reactions change their message', async () => {
    const target = messageId(1)
    await kit.hear(
      eventsOf([
        { ...base, type: 'message.edited', seq: 3, id: messageId(3), target, text: 'edited' },
        { ...base, type: 'reaction.added', seq: 4, id: messageId(4), target, emoji: '🎉' },
        { ...base, type: 'reaction.added', seq: 5, id: messageId(5), target, emoji: '👍' },
        {
          ...base,
          type: 'reaction.added',
          seq: 6,
          id: messageId(6),
          target,
          emoji: '🎉',
          actor: SELF,
        },
        { ...base, type: 'reaction.removed', seq: 7, id: messageId(7), target, emoji: '👍' },
        { ...base, type: 'message.deleted', seq: 8, id: messageId(8), target: messageId(2) },
      ]),
    )
    expect(await timeline()).toMatchObject([
      { text: 'edited', edited: true, reactions: [{ emoji: '🎉', memberIds: [OTHER, SELF] }] },
      { text: '', deleted: true },
    ])
    expect(kit.events.findLast((event) => event.type === 'timeline')?.items).toHaveLength(2)
    expect(kit.session.search('edited', 5)).toHaveLength(1)
    expect(kit.session.search('text', 5)).toEqual([])
  })

  it('membership and room changes change the room and are seen as lines', async () => {
    await kit.hear(
      eventsOf([
        { ...base, type: 'room.changed', seq: 3, id: messageId(3), name: 'lounge', topic: 'tea' },
        { ...base, type: 'member.joined', seq: 4, id: messageId(4), member: memberId(3) },
        { ...base, type: 'member.left', seq: 5, id: messageId(5), member: OTHER },
      ]),
    )
    expect(room()).toMatchObject({ name: 'lounge', topic: 'tea', memberIds: [SELF, memberId(3)] })
    expect((await texts()).slice(2)).toEqual(['room.changed', 'member.joined', 'member.left'])
  })

  it('leaving a room removes it, and its late events do not bring it back', async () => {
    const left = { ...base, type: 'member.left', seq: 3, id: messageId(3), member: SELF } as const
    await kit.hear(eventsOf([left]))
    await kit.hear(eventsOf([left]))
    expect(kit.session.contents().rooms).toEqual([])
    expect(kit.events).toContainEqual({ type: 'room-removed', roomId: ROOM })
    expect(asked()).toEqual([])
    expect(kit.session.search('text', 5)).toEqual([])
  })
})

describe('catching up', () => {
  it('[D14] counts what has arrived of what was announced', async () => {
    kit.session.connect()
    const connection = kit.server.current()
    connection.open()
    connection.say(welcome(), { type: 'plan', rooms: 1, events: 480 }, resetOf(roomState()))
    await kit.clock.settle()
    await kit.hear(eventsOf(many(1, 120)))
    expect(kit.session.view().connection).toEqual({
      state: 'catching-up',
      received: 120,
      total: 480,
    })
    const told = kit.events.findLast((event) => event.type === 'session')
    expect(told?.session.connection).toMatchObject({ received: 120, total: 480 })
  })

  it('applies ten thousand queued messages within two seconds', async () => {
    await kit.goOnline(resetOf(roomState()))
    const connection = kit.server.current()
    const began = performance.now()
    for (let seq = 1; seq <= 10_000; seq += 50) connection.say(eventsOf(many(seq, seq + 49)))
    await kit.clock.settle()
    expect(room().headSeq).toBe(10_000)
    const shown = kit.events.flatMap((event) => (event.type === 'timeline' ? event.items : []))
    expect(shown).toHaveLength(10_000)
    expect(performance.now() - began).toBeLessThan(2_000)
  })
})

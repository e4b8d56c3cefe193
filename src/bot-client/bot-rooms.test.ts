import { beforeEach, describe, expect, it } from 'vitest'
import type { Epoch, MemberId, MessageId, RoomId } from '../protocol/ids.ts'
import type { Cursor, RoomEvent } from '../protocol/records.ts'
import type { ServerMessageOf } from '../protocol/server-messages.ts'
import { type BotEvent, createBotRooms } from './bot-rooms.ts'

const room = '0192d3a4-0000-7000-8000-000000000101' as RoomId
const epoch = '0192d3a4-0000-7000-8000-0000000000e1' as Epoch
const [self, other] = ['bot', 'somebody'] as unknown as [MemberId, MemberId]

describe('the rooms of a bot', () => {
  let happened: BotEvent[]
  let asked: Cursor[]
  let rooms: ReturnType<typeof createBotRooms>
  const event = (seq: number, text = String(seq), actor = other): RoomEvent => ({
    ...{ seq, at: 0, actor, id: `message ${seq}` as MessageId },
    ...{ type: 'message.posted', text },
  })
  const events = (...list: RoomEvent[]): void =>
    rooms.events({ type: 'events', room, epoch, events: list })
  const told = (): unknown[] =>
    happened.map((each) => (each.kind === 'message' ? each.message.text : each.kind))

  beforeEach(() => {
    ;[happened, asked] = [[], []]
    rooms = createBotRooms({
      self,
      cursors: [{ room, epoch, seq: 2 }],
      happened: (each) => void happened.push(each),
      catchUp: (cursor) => void asked.push(cursor),
    })
  })

  it('[D7] take each event once, however often it comes', () => {
    events(event(1), event(2), event(3))
    events(event(3), event(4))
    expect(told()).toEqual(['3', '4'])
    expect(rooms.cursors()).toEqual([{ room, epoch, seq: 4 }])
  })

  it('[D9] ask for what was skipped, once, and take nothing beyond it before', () => {
    events(event(4))
    events(event(5))
    expect(told()).toEqual([])
    expect(asked).toEqual([{ room, epoch, seq: 2 }])
    events(event(3), event(4), event(5))
    expect(told()).toEqual(['3', '4', '5'])
    // The answer was lost with its connection: the next hole is asked for again.
    events(event(7))
    rooms.begin()
    events(event(7))
    expect(asked).toHaveLength(3)
  })

  it('[D10] say that something was missed when the log begins anew, and go on from there', () => {
    const state = { id: room, kind: 'group', name: 'general', epoch: 'another', head: 40 }
    const reset = { type: 'reset', reason: 'epoch-changed', room: state }
    rooms.reset(reset as unknown as ServerMessageOf<'reset'>)
    expect(happened).toMatchObject([
      { kind: 'missed', reason: 'epoch-changed', room: { name: 'general' } },
    ])
    events(event(41))
    expect(told()).toEqual(['missed'])
    rooms.events({
      type: 'events',
      room,
      epoch: 'another' as Epoch,
      events: [event(41, '/roll 2d6')],
    })
    expect(happened[1]).toMatchObject({ command: { name: 'roll', rest: '2d6' } })
  })

  it('tell what the bot wrote as a change, so that it never answers itself', () => {
    events(event(3, '/roll', self))
    expect(told()).toEqual(['change'])
  })

  it('end when the bot is taken out', () => {
    rooms.gone(room)
    rooms.gone(room)
    expect(told()).toEqual(['room-gone'])
    expect(rooms.cursors()).toEqual([])
  })
})

import { describe, expect, it } from 'vitest'
import type { Epoch, MemberId, MessageId, RoomId } from '../../protocol/ids.ts'
import type { RoomEvent } from '../../protocol/records.ts'
import { seededRandom } from '../../testing/seeded-random.ts'
import { createHeldEvents } from './held-events.ts'
import { createRooms } from './rooms.ts'

const id = '0192d3a4-0000-7000-8000-00000000000a'
const event = (seq: number): RoomEvent => ({
  ...{ type: 'message.posted', id: id as MessageId, seq, at: 0, actor: id as MemberId },
  text: `${seq}`,
})
const newRoom = () =>
  createRooms([]).add({
    ...{ id: id as RoomId, kind: 'group', name: 'r', topic: '', visibility: 'public' },
    ...{ isDefault: false, members: [], epoch: id as Epoch, head: 0, createdAt: 0 },
  })

describe('events that come before the ones they follow', () => {
  it('[D6] are given out in order, once each, however they arrive', () => {
    for (let seed = 1; seed <= 50; seed++) {
      const random = seededRandom(seed)
      const [room, held] = [newRoom(), createHeldEvents()]
      // Twice each, as when a signal and the store tell the same.
      const arriving = Array.from({ length: 40 }, (_, n) => (n % 20) + 1).toSorted(
        () => random.next() - 0.5,
      )
      const got: number[] = []
      while (arriving.length > 0) {
        const batch = arriving.splice(0, random.int(1, 4)).map(event)
        for (const { seq } of held.take(room, batch)) {
          got.push(seq)
          room.head = seq
        }
      }
      expect(got).toEqual(Array.from({ length: 20 }, (_, n) => n + 1))
      expect(held.highest(room)).toBeLessThanOrEqual(room.head)
    }
  })

  it('are let go when there are too many, but not how far the room is', () => {
    const [room, held] = [newRoom(), createHeldEvents()]
    for (let seq = 2; seq < 12_000; seq += 100) {
      held.take(
        room,
        Array.from({ length: 100 }, (_, n) => event(seq + n)),
      )
    }
    expect(held.highest(room)).toBe(12_001)
    expect(held.take(room, [event(1)]).map(({ seq }) => seq)).toEqual([1])
    // As if the store had told the rest.
    room.head = 12_001
    expect(held.next(room)).toEqual([])
    expect(held.take(room, [event(12_002)])).toHaveLength(1)
  })
})

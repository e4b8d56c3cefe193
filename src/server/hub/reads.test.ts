import { describe, expect, it } from 'vitest'
import type { MemberId, RoomId } from '../../protocol/ids.ts'
import type { ReadPosition } from '../../protocol/records.ts'
import { manualClock } from '../../testing/manual-clock.ts'
import { createReads } from './reads.ts'

const ROOM = 'room' as RoomId
const positions = (count: number): ReadPosition[] =>
  Array.from({ length: count }, (_, index) => [`member ${index}` as MemberId, 1])

function readsOf(stored: readonly ReadPosition[]) {
  return createReads({
    clock: manualClock(),
    store: { reads: async () => stored, setReads: async (marks) => marks },
    fanOut: { publish: () => {}, subscribe: () => () => {} },
    log: { info: () => {}, warn: () => {} },
  })
}

describe('read positions as they are sent', () => {
  it('[D18] are built once for all who come back, and anew once one has moved', async () => {
    const reads = readsOf(positions(3))
    const [first] = await Promise.all([reads.framesOf(ROOM), reads.of(ROOM)])
    expect(await reads.framesOf(ROOM)).toBe(first)
    reads.moved(ROOM, [['member 1' as MemberId, 7]])
    const second = await reads.framesOf(ROOM)
    expect(second.flatMap((frame) => frame.positions)).toContainEqual(['member 1', 7])
    // Back is no move (D18).
    reads.moved(ROOM, [['member 1' as MemberId, 2]])
    expect(await reads.framesOf(ROOM)).toBe(second)
  })

  it('are cut so that each fits a frame, and are none where nobody has read', async () => {
    const frames = await readsOf(positions(4_500)).framesOf(ROOM)
    expect(frames.map((frame) => frame.positions.length)).toEqual([2_000, 2_000, 500])
    expect(frames.flatMap((frame) => frame.positions)).toEqual(positions(4_500))
    expect(await readsOf([]).framesOf(ROOM)).toEqual([])
  })
})

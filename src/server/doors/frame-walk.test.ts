import { expect, it } from 'vitest'
import { clientFrame, Opcode } from '../../testing/fuzz/web-socket-bytes.ts'
import { seededRandom } from '../../testing/seeded-random.ts'
import { FrameWalk } from './frame-walk.ts'

const MORE = 0x00
const LAST = 0x80

it('knows how much of a message came, however its frames were cut', () => {
  const random = seededRandom(1)
  for (let round = 0; round < 300; round++) {
    const walk = new FrameWalk()
    let expected = 0
    for (let frames = random.int(1, 8); frames > 0; frames--) {
      const flags = random.pick([MORE, LAST])
      const size = random.pick([0, 1, 125, 126, 1_000, 65_535, 65_536, 70_000])
      const isPing = random.int(0, 3) === 0
      const opcode = isPing ? Opcode.ping : expected === 0 ? Opcode.text : Opcode.more
      const frame = isPing
        ? clientFrame(Buffer.alloc(7), { opcode })
        : clientFrame(Buffer.alloc(size), { opcode, flags })
      for (let at = 0; at < frame.length;) {
        const end = at + random.pick([1, 3, 4_000, 40_000, frame.length])
        walk.read(frame.subarray(at, end))
        at = end
      }
      if (isPing ? expected > 0 : flags === MORE) expected += frame.length
      else if (!isPing) expected = 0
      // A header in two pieces is counted from its second one on.
      expect(walk.held()).toBeLessThanOrEqual(expected)
      expect(walk.held()).toBeGreaterThan(expected - 14)
    }
  }
})

it('knows what is still to come of a frame, and tells messages apart', () => {
  const walk = new FrameWalk()
  const frame = clientFrame(Buffer.alloc(100_000))
  const both = Buffer.concat([clientFrame(Buffer.alloc(20)), frame])
  walk.read(both.subarray(0, 1_000))
  expect(walk.held()).toBe(1_000 - 26)
  expect(walk.toCome()).toBe(both.length - 1_000)
  expect(walk.message()).toBe(2)
  walk.read(both.subarray(1_000))
  expect([walk.held(), walk.toCome(), walk.message()]).toEqual([0, 0, 2])
})

it('says when frames of a message were inflated, which may be larger than they came', () => {
  const walk = new FrameWalk()
  const compressed = 0x40
  walk.read(clientFrame(Buffer.alloc(10), { flags: LAST | compressed }))
  expect(walk.isInflated()).toBe(false)
  const first = clientFrame(Buffer.alloc(10), { flags: MORE | compressed })
  walk.read(first.subarray(0, 9))
  expect(walk.isInflated()).toBe(false)
  walk.read(first.subarray(9))
  expect(walk.isInflated()).toBe(true)
  walk.read(clientFrame(Buffer.alloc(10), { opcode: Opcode.more, flags: MORE }))
  expect(walk.isInflated()).toBe(true)
  walk.read(clientFrame(Buffer.alloc(10), { opcode: Opcode.more }))
  expect(walk.isInflated()).toBe(false)
})

import { describe, expect, it } from 'vitest'
import { textFrame } from '../../src/server/doors/native/text-frames.ts'
import { seededRandom } from '../../src/testing/seeded-random.ts'
import { clientText, createFrameReader } from './frames.ts'

function readAll(feeds: readonly Buffer[]): string[] {
  const texts: string[] = []
  const reader = createFrameReader((bytes, start, end, opcode) => {
    expect(opcode).toBe(1)
    texts.push(bytes.toString('utf8', start, end))
  })
  for (const bytes of feeds) reader.feed(bytes)
  return texts
}

const texts = ['', 'a', 'ü'.repeat(62), 'b'.repeat(126), 'c'.repeat(65_535), 'd'.repeat(70_000)]

describe('frames of the generator', () => {
  it('are read as our server sends them, wherever they are cut', () => {
    const all = Buffer.concat(texts.map(textFrame))
    expect(readAll([all])).toEqual(texts)
    const random = seededRandom(7)
    for (let round = 0; round < 50; round++) {
      const feeds: Buffer[] = []
      for (let at = 0; at < all.length;) {
        const size = random.chance(0.7) ? random.int(1, 9) : random.int(1_000, 90_000)
        feeds.push(all.subarray(at, at + size))
        at += size
      }
      expect(readAll(feeds)).toEqual(texts)
    }
  })

  it('may be kept in a buffer that is used again', () => {
    const frame = textFrame('hello there')
    const shared = Buffer.alloc(8)
    const found: string[] = []
    const reader = createFrameReader((bytes, start, end) =>
      found.push(bytes.toString('utf8', start, end)),
    )
    for (let at = 0; at < frame.length; at += 8) {
      const size = frame.copy(shared, 0, at, at + 8)
      reader.feed(shared.subarray(0, size))
      shared.fill(0)
    }
    expect(found).toEqual(['hello there'])
  })

  it.each(texts.map((text) => [text.length, text] as const))(
    'of %i characters are masked as a client must',
    (_, text) => {
      const frame = clientText(text)
      const length = (frame[1] ?? 0) & 0x7f
      expect((frame[1] ?? 0) & 0x80).toBe(0x80)
      const header = length < 126 ? 2 : length === 126 ? 4 : 10
      const mask = frame.subarray(header, header + 4)
      const body = frame.subarray(header + 4).map((byte, at) => byte ^ (mask[at % 4] ?? 0))
      expect(Buffer.from(body).toString()).toBe(text)
      expect(mask.some((byte) => byte !== 0)).toBe(true)
    },
  )
})

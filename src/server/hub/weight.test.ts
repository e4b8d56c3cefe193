import { describe, expect, it } from 'vitest'
import { MAX_FRAME_BYTES, MAX_PAGE_BYTES, MAX_TEXT_LENGTH } from '../../protocol/limits.ts'
import { roomEventSchema } from '../../protocol/records.ts'
import { cutByWeight } from './weight.ts'

const eventWith = (seq: number, text: string) =>
  roomEventSchema.parse({
    seq,
    at: 1,
    actor: '0192d3a4-0000-7000-8000-00000000000a',
    id: `0192d3a4-0000-7000-8000-${String(seq).padStart(12, '0')}`,
    type: 'message.posted',
    text,
  })

describe('cutting events into frames', () => {
  it.each([
    ['plain text', 'x'],
    ['the worst escapes JSON has', '\u0001'],
    ['three bytes a character', '船'],
  ])('keeps every run within a frame, and every event, for %s', (_words, character) => {
    const events = Array.from({ length: 60 }, (_, index) =>
      eventWith(index + 1, character.repeat(MAX_TEXT_LENGTH)),
    )
    const runs = cutByWeight(events, MAX_PAGE_BYTES)
    expect(runs.flat()).toEqual(events)
    for (const run of runs) {
      expect(Buffer.byteLength(JSON.stringify(run))).toBeLessThan(MAX_FRAME_BYTES - 1_000)
    }
  })

  it('puts small events together, and an event over the limit alone', () => {
    const events = [1, 2, 3].map((seq) => eventWith(seq, 'x'))
    expect(cutByWeight(events, MAX_PAGE_BYTES)).toEqual([events])
    expect(cutByWeight(events, 1)).toEqual(events.map((event) => [event]))
    expect(cutByWeight([], 1)).toEqual([])
  })
})

import { describe, expect, it } from 'vitest'
import { manualClock } from '../manual-clock.ts'
import { seededRandom } from '../seeded-random.ts'
import { createLine, type LineQuality, perfectLine } from './line.ts'

function lineOf(change: Partial<LineQuality>, seed = 1) {
  const clock = manualClock()
  const random = seededRandom(seed)
  const arrivals: { readonly at: number; readonly bytes: readonly number[] }[] = []
  let endedAt: number | undefined
  const line = createLine(
    { ...perfectLine, ...change },
    {
      clock,
      random: () => random.next(),
      deliver: (bytes) => arrivals.push({ at: clock.monotonic(), bytes: [...bytes] }),
      ended: () => (endedAt = clock.monotonic()),
    },
  )
  return { clock, line, arrivals, endedAt: () => endedAt }
}
const numbers = (count: number) => Uint8Array.from({ length: count }, (_, index) => index % 251)

describe('a line', () => {
  it('delivers after its delay, and the end behind everything', async () => {
    const { clock, line, arrivals, endedAt } = lineOf({ delayMs: 100 })
    line.send(numbers(3))
    line.end()
    await clock.advance(99)
    expect(arrivals).toEqual([])
    await clock.advance(1)
    expect(arrivals).toEqual([{ at: 100, bytes: [0, 1, 2] }])
    expect(endedAt()).toBe(100)
    expect(line.bytesUnderWay()).toBe(0)
  })

  it('keeps the order, whatever the jitter and the loss', async () => {
    const quality = { delayMs: 50, jitterMs: 80, loss: 0.3 }
    const { clock, line, arrivals } = lineOf(quality, 7)
    const sent = numbers(100_000)
    for (let at = 0; at < sent.length; at += 5_000) {
      line.send(sent.subarray(at, at + 5_000))
      await clock.advance(3)
    }
    await clock.advance(60_000)
    expect(arrivals.flatMap(({ bytes }) => bytes)).toEqual([...sent])
    const times = arrivals.map(({ at }) => at)
    expect(times).toEqual(times.toSorted((a, b) => a - b))
    // Something was lost, so something came later than delay and jitter allow.
    expect(Math.max(...times)).toBeGreaterThan(20 * 3 + 130)
  })

  it('is repeatable: the same seed makes the same line', async () => {
    const run = async (seed: number) => {
      const { clock, line, arrivals } = lineOf({ jitterMs: 40, loss: 0.2 }, seed)
      line.send(numbers(20_000))
      await clock.advance(30_000)
      return arrivals.map(({ at }) => at)
    }
    expect(await run(3)).toEqual(await run(3))
    expect(await run(4)).not.toEqual(await run(3))
  })

  it('takes as long as its bandwidth says', async () => {
    const { clock, line, arrivals } = lineOf({ bytesPerSecond: 14_480 })
    line.send(numbers(14_480))
    await clock.advance(500)
    expect(arrivals.length).toBe(5)
    await clock.advance(500)
    expect(arrivals.length).toBe(10)
  })

  it('holds everything while it is cut, and delivers it when it is mended', async () => {
    const { clock, line, arrivals, endedAt } = lineOf({ delayMs: 10 })
    line.send(numbers(2))
    line.setCut(true)
    line.send(numbers(1))
    line.end()
    await clock.advance(60_000)
    expect([arrivals, endedAt()]).toEqual([[], undefined])
    expect(line.bytesUnderWay()).toBe(3)
    line.setCut(false)
    await clock.advance(0)
    expect(arrivals.flatMap(({ bytes }) => bytes)).toEqual([0, 1, 0])
    expect(endedAt()).toBe(60_000)
  })

  it('leaves no timer behind', async () => {
    const { clock, line, arrivals } = lineOf({ delayMs: 10 })
    line.send(numbers(2))
    line.dispose()
    expect(clock.pendingTimers()).toBe(0)
    line.send(numbers(2))
    await clock.advance(100)
    expect(arrivals).toEqual([])
  })
})

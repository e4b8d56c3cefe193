import { describe, expect, it } from 'vitest'
import { simulate } from './simulation.ts'

/** `npm run simulate` runs thousands more. */
const SEEDS = 500
const CHUNK = 50
/** For a machine that is busy with other things; the seeds themselves take simulated time. */
const TIME_LIMIT_MS = 240_000

describe('[D1, D2, D4, D6, D7, D8, D9, D10, D11, D18, D19] whatever fails, in the end', () => {
  const chunks = Array.from({ length: SEEDS / CHUNK }, (_, chunk) => chunk * CHUNK + 1)

  it.each(chunks)(
    'every device has the same log, nothing lost, nothing doubled: 50 seeds from %i',
    async (from) => {
      for (let seed = from; seed < from + CHUNK; seed++) {
        const { violations, messages } = await simulate(seed)
        expect(
          violations,
          `repeat with: npm run simulate -- --from ${seed} --seeds 1 --steps`,
        ).toEqual([])
        // A life in which nobody says anything proves nothing.
        expect(messages).toBeGreaterThan(0)
      }
    },
    TIME_LIMIT_MS,
  )

  it('is repeatable: the same seed makes the same life', async () => {
    const [first, second] = [await simulate(7), await simulate(7)]
    expect(second).toEqual(first)
    expect((await simulate(8)).steps).not.toEqual(first.steps)
  })
})

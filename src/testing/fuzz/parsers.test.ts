import { describe, expect, it } from 'vitest'
import { seededRandom } from '../seeded-random.ts'
import { judgeInput } from './judge.ts'
import { type Parser, parsers } from './parsers.ts'
import { regressions } from './regressions.ts'

/** `npm run fuzz` does this for as long as it is told to. */
const TIMES = 120

describe('whatever it reads, nothing that reads what strangers wrote throws, hangs or is of two minds', () => {
  it.each(parsers.map((parser) => [parser.name, parser] as const))('%s', (_, parser) => {
    for (let seed = 1; seed <= TIMES; seed++) {
      const input = parser.make(seededRandom(seed))
      const repeat = `npm run fuzz -- --door ${parser.name} --seed ${seed} --cases 1`
      expect(judgeInput(parser, input), repeat).toEqual([])
    }
  })
})

describe('what it fell over once', () => {
  it.each(regressions)('$parser: $wrong', ({ parser: name, input }) => {
    const parser = parsers.find((one) => one.name === name)
    if (parser === undefined) throw new Error(`there is no parser ${name}`)
    expect(judgeInput(parser, input)).toEqual([])
  })
})

describe('judging', () => {
  const parser = (judge: Parser['judge']): Parser => ({ name: 'x', make: () => '', judge })
  it('finds a throw, an endless loop’s beginning, and what the parser itself says', () => {
    const throws = parser(() => {
      throw new RangeError('too deep')
    })
    expect(judgeInput(throws, '')).toEqual(['it threw RangeError: too deep'])
    let now = 0
    const slow = parser(() => ((now += 5_000), []))
    expect(judgeInput(slow, '', () => now)).toEqual(['it took 5000 ms'])
    expect(
      judgeInput(
        parser(() => ['two minds']),
        '',
      ),
    ).toEqual(['two minds'])
  })
})

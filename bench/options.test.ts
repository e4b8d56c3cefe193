import { describe, expect, it } from 'vitest'
import { readOptions } from './options.ts'

const NAMES = ['fan-out', 'idle']

describe('what the bench is told', () => {
  it('may be nothing', () => {
    expect(readOptions([], NAMES)).toEqual({
      ...{ kind: 'options', quick: false, keep: false, only: undefined, repetitions: undefined },
    })
  })

  it.each([
    [['--repetitions', 'abc'], '--repetitions takes a number from 1 to 99, not abc'],
    [['--repetitions', '0'], '--repetitions takes a number from 1 to 99, not 0'],
    [['--only', 'fan', '--only', 'walk'], '--only takes fan-out, idle, not walk'],
    [['--fast'], "Unknown option '--fast'"],
  ])('is refused in words: %j', (args, why) => {
    expect(readOptions(args, NAMES)).toEqual({
      kind: 'refused',
      why: expect.stringContaining(why) as string,
    })
  })
})

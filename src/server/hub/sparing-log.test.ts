import { expect, it } from 'vitest'
import { manualClock } from '../../testing/manual-clock.ts'
import { sparing } from './sparing-log.ts'

it('writes some lines at once and then few, and says how many it left out', async () => {
  const clock = manualClock()
  const lines: unknown[] = []
  const write = sparing(clock, (fields) => void lines.push(fields))
  for (let index = 0; index < 1_000; index++) write({ index }, 'a flood')
  expect(lines).toHaveLength(20)
  expect(lines.at(-1)).toEqual({ index: 19 })
  await clock.advance(3_000)
  write({ index: 'next' }, 'a flood')
  expect(lines.at(-1)).toEqual({ index: 'next', leftOut: 980 })
  await clock.advance(3_000)
  write({ index: 'last' }, 'a flood')
  expect(lines.at(-1)).toEqual({ index: 'last' })
})

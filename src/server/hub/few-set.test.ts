import { expect, it } from 'vitest'
import { seededRandom } from '../../testing/seeded-random.ts'
import { FewSet } from './few-set.ts'

it('holds what a set holds, in its order, whatever is added and deleted', () => {
  const random = seededRandom(1)
  const values = Array.from({ length: 4 }, (_, number) => ({ number }))
  for (let round = 0; round < 200; round++) {
    const few = new FewSet<{ number: number }>()
    const set = new Set<{ number: number }>()
    for (let step = 0; step < 30; step++) {
      const value = random.pick(values)
      if (random.int(0, 1) === 0) {
        few.add(value)
        set.add(value)
      } else {
        expect(few.delete(value)).toBe(set.delete(value))
      }
      expect([...few]).toEqual([...set])
      expect(few.size).toBe(set.size)
      for (const one of values) expect(few.has(one)).toBe(set.has(one))
    }
  }
})

it('may be emptied by who goes over it', () => {
  const values = [{}, {}, {}]
  for (const some of [values.slice(0, 1), values]) {
    const few = new FewSet<object>()
    for (const value of some) few.add(value)
    let seen = 0
    for (const value of few) {
      seen++
      few.delete(value)
    }
    expect([seen, few.size]).toEqual([some.length, 0])
  }
})

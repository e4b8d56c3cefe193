import { describe, expect, it } from 'vitest'
import { wrongs } from './drill.ts'

describe('what the drill finds wrong', () => {
  const written = [
    ['a1', 'a2'],
    ['b1', 'b2'],
  ]
  const good = ['a1', 'b1', 'b2', 'a2']

  it('is nothing where both have everything once, in one order', () => {
    expect(wrongs(written, [good, good])).toEqual([])
  })
  it.each([
    ['a lost text', ['a1', 'b1', 'b2']],
    ['a doubled text', ['a1', 'b1', 'b2', 'a2', 'a2']],
    ['an author’s own order', ['a2', 'b1', 'b2', 'a1']],
  ])('is %s, though both agree', (_, seen) => {
    expect(wrongs(written, [seen, seen])).not.toEqual([])
  })
  it('is another order', () => {
    expect(wrongs(written, [good, ['b1', 'a1', 'b2', 'a2']])).toEqual([
      'member 1 has another order',
    ])
  })
})

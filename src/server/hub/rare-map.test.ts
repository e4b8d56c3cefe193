import { expect, it } from 'vitest'
import { RareMap } from './rare-map.ts'

it('is a map that may be empty and filled again, and gives what it holds in order', () => {
  const map = new RareMap<string, number>()
  expect([map.size, map.get('a'), map.has('a'), map.first(), map.keys()]).toEqual([
    ...[0, undefined, false, undefined],
    [],
  ])
  map.delete('a')
  for (let round = 0; round < 2; round++) {
    map.set('b', 1)
    map.set('a', 2)
    map.set('b', 3)
    expect([map.size, map.get('b'), map.has('a'), map.first()]).toEqual([2, 3, true, ['b', 3]])
    expect(map.keys()).toEqual(['b', 'a'])
    map.delete('b')
    expect(map.first()).toEqual(['a', 2])
    if (round === 0) map.delete('a')
    else map.clear()
    expect(map.size).toBe(0)
  }
})

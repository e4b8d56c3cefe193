import { describe, expect, it } from 'vitest'
import { seededRandom } from '../seeded-random.ts'
import { mangleJson } from './mangle-json.ts'
import { mangleBytes, mangleText } from './mangle.ts'

const SEED = { type: 'hello', versions: [2], member: { id: 'x', name: 'Ada' } }
const TIMES = 500

describe('mangling', () => {
  it.each([
    [
      'bytes',
      (n: number) => [...mangleBytes(seededRandom(n), Buffer.from('GET / HTTP/1.1'))].join(),
    ],
    ['text', (n: number) => mangleText(seededRandom(n), 'landline://join?v=1')],
    ['JSON', (n: number) => mangleJson(seededRandom(n), SEED, [SEED])],
  ])('of %s is repeatable, and gives something else nearly every time', (_, mangle) => {
    const made = Array.from({ length: TIMES }, (_, n) => mangle(n))
    expect(Array.from({ length: TIMES }, (_, n) => mangle(n))).toEqual(made)
    expect(new Set(made).size).toBeGreaterThan(TIMES / 4)
  })

  it('of JSON leaves most of it readable, and does not touch its seed', () => {
    const before = JSON.stringify(SEED)
    const readable = Array.from({ length: TIMES }, (_, n) => {
      try {
        return JSON.parse(mangleJson(seededRandom(n), SEED)) !== undefined
      } catch {
        return false
      }
    })
    expect(readable.filter(Boolean).length).toBeGreaterThan(TIMES * 0.8)
    expect(JSON.stringify(SEED)).toBe(before)
  })
})

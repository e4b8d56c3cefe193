import { describe, expect, it } from 'vitest'
import {
  CODE_LENGTH,
  formatCode,
  joinSelectors,
  makeCode,
  parseCode,
  selectorOf,
  splitSelectors,
} from './code.ts'

const from =
  (...bytes: number[]) =>
  (count: number): Uint8Array =>
    Uint8Array.from(bytes.splice(0, count))

describe('a pairing code', () => {
  it('is eight characters of an alphabet without look-alikes, each as likely as any other', () => {
    const seen = new Map<string, number>()
    for (let byte = 0; byte < 256; byte++) {
      const code = makeCode(() => new Uint8Array(CODE_LENGTH).fill(byte))
      expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{8}$/)
      seen.set(code, (seen.get(code) ?? 0) + 1)
    }
    expect([...new Set(seen.values())]).toEqual([8])
    expect(seen.size).toBe(32)
  })

  it('never has the selector of another living one', () => {
    const first = makeCode(from(1, 2, 3, 4, 5, 6, 7, 8))
    const second = makeCode(from(1, 2, 9, 9, 9, 9, 9, 9, 1, 3, 3, 4, 5, 6, 7, 8), [first])
    expect(first).toBe('12345678')
    expect(second).toBe('13345678')
    expect(() => makeCode(() => new Uint8Array(3))).toThrow('too few')
  })

  it.each(['7KQ2-M41D', '7kq2m41d', ' 7 K Q 2 – m 4 l d ', '7KQ2—M4iD', '７ＫＱ２−Ｍ４１Ｄ'])(
    'is read as people type it: %j',
    (text) => {
      expect(parseCode(text)).toEqual({
        kind: 'code',
        code: '7KQ2M41D',
        selector: '7K',
        password: 'Q2M41D',
      })
    },
  )

  it('reads the letter O as zero', () => {
    expect(parseCode('oOoO-0000')).toMatchObject({ code: '00000000' })
  })

  it('says what is wrong with other text', () => {
    expect(parseCode('7KQ2-M4U1')).toMatchObject({ kind: 'fault', code: 'wrong-character' })
    expect(parseCode('7KQ2-M4ж1')).toMatchObject({ kind: 'fault', code: 'wrong-character' })
    expect(parseCode('7KQ2-M4')).toMatchObject({ kind: 'fault', code: 'wrong-length' })
    expect(parseCode('')).toMatchObject({ kind: 'fault', code: 'wrong-length' })
    expect(parseCode('landline://join?v=1')).toMatchObject({ kind: 'fault' })
  })

  it('is shown in two halves', () => {
    expect(formatCode('7KQ2M41D')).toBe('7KQ2-M41D')
    expect(selectorOf('7KQ2M41D')).toBe('7K')
  })

  it('is announced by selectors that others can read back', () => {
    expect(joinSelectors(['7KQ2M41D', 'A0000000'])).toBe('7KA0')
    expect(splitSelectors('7KA0')).toEqual(['7K', 'A0'])
    expect(splitSelectors('')).toEqual([])
    for (const odd of ['7', '7KA', '7U', 'ab', '7K'.repeat(9)])
      expect(splitSelectors(odd)).toEqual([])
  })
})

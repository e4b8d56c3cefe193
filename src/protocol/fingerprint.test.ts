import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { fingerprintSchema, fingerprintWords } from './fingerprint.ts'

const of = (bytes: Buffer): string => fingerprintWords(bytes.toString('base64url')).join(' ')

describe('the fingerprint of a host’s key', () => {
  it('[T6] is read as four words, the same ones in every version', () => {
    expect(of(Buffer.alloc(32))).toBe('acorn acorn acorn acorn')
    expect(of(Buffer.alloc(32, 255))).toBe('zebra zebra zebra zebra')
    expect(of(Buffer.from('00ff017e'.padEnd(64, '0'), 'hex'))).toBe('acorn zebra album horse')
  })

  it('[T6] has a word of its own for each byte', () => {
    const words = Array.from({ length: 256 }, (_, byte) => of(Buffer.alloc(32, byte)).split(' ')[0])
    expect(new Set(words).size).toBe(256)
    for (const word of words) expect(word).toMatch(/^[a-z]{3,9}$/)
    // Another order or another word would make two versions of the app disagree.
    expect(createHash('sha256').update(words.join(' ')).digest('hex').slice(0, 16)).toBe(
      'c8fe99978ed470b6',
    )
  })

  it('is spelled in one way only', () => {
    const spelled = Buffer.alloc(32, 7).toString('base64url')
    expect(fingerprintSchema.safeParse(spelled).success).toBe(true)
    for (const wrong of [
      '',
      `${spelled}=`,
      spelled.slice(1),
      `${spelled.slice(0, -1)}d`,
      `+${spelled.slice(1)}`,
    ]) {
      expect(fingerprintSchema.safeParse(wrong).success, wrong).toBe(false)
    }
  })
})

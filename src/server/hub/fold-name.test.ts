import { describe, expect, it } from 'vitest'
import { foldName } from './fold-name.ts'

describe('names that read the same', () => {
  it.each([
    ['Mara Holm', 'mara holm'],
    ['Mara Holm', 'MARAHOLM'],
    ['Mara Holm', 'Mara\u00A0\u2003Holm'],
    ['Mara Holm', 'Ma\u200Bra\u2060 Holm\uFEFF'],
    ['Mara Holm', 'Mara\u202EHolm'],
    ['Mara', 'Маrа'], // Cyrillic М, а
    ['Mara', 'ᴍara'.replace('ᴍ', 'м')],
    ['Sam', 'Ѕам'],
    ['Peter', 'Рeter'], // Cyrillic Р
    ['Helena', 'Ηelena'], // Greek Η
    ['Olof', '0lоf'],
    ['Bill', 'Bi1l'],
    ['José', 'Jose'],
    ['José', 'Jose\u0301'],
    ['Straße', 'STRASSE'],
    ['ﬁona', 'fiona'],
    ['Ｍａｒａ', 'Mara'],
    ['Anna–Lena', 'Anna-Lena'],
  ])('[I3] %s and %s', (one, other) => {
    expect(foldName(other)).toBe(foldName(one))
  })

  it.each([
    ['Mara', 'Mira'],
    ['Jan', 'Jens'],
    ['李', '王'],
    ['Σοφία', 'Μαρία'],
    ['Олег', 'Ольга'],
    ['किरण', 'करण'],
    ['😀', '😎'],
    ['anonymous-1', 'anonymous-2'],
  ])('[I3] tells %s from %s', (one, other) => {
    expect(foldName(other)).not.toBe(foldName(one))
  })

  it('[I3] stays bounded, and folds what is folded to itself', () => {
    expect(foldName('ﷺ'.repeat(80)).length).toBeLessThanOrEqual(400)
    for (const name of ['Mara Holm', 'Ѕам', 'STRASSE', 'ﬁona']) {
      expect(foldName(foldName(name))).toBe(foldName(name))
    }
  })
})

import { expect, test } from 'vitest'
import { avatarColour, initials } from './avatar-colour.ts'

test.each([
  ['Mara Holm', 'MH'],
  ['Ward 3 night team', 'WT'],
  ['general', 'GE'],
  ['survey-north', 'SN'],
  ['田中 さくら', '田さ'],
  ['نور الدين', 'نا'],
  ['👩‍🚀', '👩'],
  ['', '?'],
])('initials of %j are %s', (name, expected) => {
  expect(initials(name)).toBe(expected)
})

test('the same id always has the same colour', () => {
  expect(avatarColour('0199-a')).toBe(avatarColour('0199-a'))
})

import { expect, test } from 'vitest'
import { PEOPLE } from '../testing/sample-views.ts'
import { findMention, matchingPeople } from './mention-search.ts'

test.each([
  ['@', 1, { start: 0, query: '' }],
  ['hi @an', 6, { start: 3, query: 'an' }],
  ['hi @ann le', 10, { start: 3, query: 'ann le' }],
  ['(@an', 4, { start: 1, query: 'an' }],
  ['a@b.de', 6, null],
  ['@ann said yes', 13, null],
  ['hi @an there', 6, { start: 3, query: 'an' }],
  ['hi', 2, null],
])('%j with the caret at %i', (text, caret, expected) => {
  expect(findMention(text, caret)).toEqual(expected)
})

test('names that start with the query come before later words', () => {
  expect(matchingPeople(PEOPLE, '').map(({ name }) => name)).toHaveLength(3)
  expect(matchingPeople(PEOPLE, 'kov').map(({ name }) => name)).toEqual(['Ben Kovač'])
})

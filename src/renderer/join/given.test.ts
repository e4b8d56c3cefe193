import { expect, test } from 'vitest'
import { addressOf, givenKind } from './given.ts'

test.each([
  ['landline://join?v=1&s=x', 'link'],
  [' LANDLINE://join?v=1 ', 'link'],
  ['7K2M-Q9XD', 'code'],
  ['7k2m q9xd', 'code'],
  ['7k2mq9xd', 'code'],
  ['192.168.4.23', 'address'],
  ['192.168.4.23:47801', 'address'],
  ['[fe80::1]:47800', 'address'],
  ['fe80::1', 'address'],
  ['::1', 'address'],
  ['field-laptop:47800', 'address'],
  ['chat.example.org', 'address'],
  ['', 'nothing'],
  ['hello there', 'nothing'],
  ['https://example.org/x', 'nothing'],
] as const)('«%s» is taken for: %s', (given, kind) => {
  expect(givenKind(given)).toBe(kind)
})

test.each([
  ['192.168.4.23', '192.168.4.23:47800'],
  ['192.168.4.23:5', '192.168.4.23:5'],
  ['fe80::1', '[fe80::1]:47800'],
  ['[fe80::1]', '[fe80::1]:47800'],
  ['[fe80::1]:9', '[fe80::1]:9'],
  ['chat.example.org', 'chat.example.org:47800'],
  ['7K2M-Q9XD', null],
])('«%s» is dialled as %s', (given, address) => {
  expect(addressOf(given)).toBe(address)
})

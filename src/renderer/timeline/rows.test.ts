import { expect, test } from 'vitest'
import { ANN, BEN, ME, NOON, joined, message, messageId, pending } from '../testing/sample-views.ts'
import { arrivedAfter, newestSeq, ownStatuses, rowsOf } from './rows.ts'

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE

test('messages of one author within five minutes stand under one name', () => {
  const items = [
    message(1, { at: NOON }),
    message(2, { at: NOON + 4 * MINUTE }),
    message(3, { at: NOON + 10 * MINUTE }),
    message(4, { at: NOON + 10 * MINUTE, author: BEN }),
    joined(5, NOON + 10 * MINUTE),
    message(6, { at: NOON + 10 * MINUTE, author: BEN }),
    message(7, { at: NOON + 10 * MINUTE, author: BEN, replyTo: messageId(1) }),
  ]
  const heads = rowsOf(items, undefined, ME).map((row) => row.head)
  expect(heads).toEqual([true, false, true, true, true, true, true])
})

test('[D19] a clock that jumps back starts a group and a day but moves nothing', () => {
  const items = [message(1, { at: NOON }), message(2, { at: NOON - DAY }), message(3, { at: NOON })]
  const rows = rowsOf(items, undefined, ME)
  expect(rows.map((row) => row.item.seq)).toEqual([1, 2, 3])
  expect(rows.map((row) => row.newDay)).toEqual([true, true, true])
})

test('every day starts with a divider', () => {
  const items = [message(1), message(2), message(3, { at: NOON + DAY })]
  expect(rowsOf(items, undefined, ME).map((row) => row.newDay)).toEqual([true, false, true])
})

test('[D18] the unread line stands before the first unread item of somebody else, once', () => {
  const items = [message(1), message(2), message(3, { author: ME }), message(4), message(5)]
  const lines = rowsOf(items, 2, ME).map((row) => row.unreadLine)
  expect(lines).toEqual([false, false, false, true, false])
})

test('[D18] no line when nothing is unread', () => {
  expect(rowsOf([message(1)], undefined, ME).some((row) => row.unreadLine)).toBe(false)
})

test('[D18] the newest own message that was seen says by whom; a later one says sent', () => {
  const items = [
    message(1, { author: ME }),
    message(2, { author: ME }),
    message(3, { author: ME }),
    pending('a', 1_000),
  ]
  const reads = new Map([
    [ANN, 2],
    [BEN, 1],
    [ME, 3],
  ])
  expect([...ownStatuses(items, ME, reads)]).toEqual([
    [messageId(3), { kind: 'sent' }],
    [messageId(2), { kind: 'seen', by: [ANN] }],
  ])
})

test('[D18] the newest own message, once seen, is the only one that says so', () => {
  const items = [message(1, { author: ME }), message(2, { author: ME })]
  const statuses = ownStatuses(items, ME, new Map([[ANN, 2]]))
  expect([...statuses.keys()]).toEqual([messageId(2)])
})

test('the pill counts messages of others that came after what was seen', () => {
  const items = [
    message(1),
    message(2),
    message(3, { author: ME }),
    message(4),
    pending('a', 1_000),
  ]
  expect(arrivedAfter(items, 1, ME)).toBe(2)
  expect(newestSeq(items)).toBe(4)
})

import { expect, test } from 'vitest'
import { message, messageId, pending } from '../testing/sample-views.ts'
import { emptyTimeline } from './state.ts'
import type { TimelineState } from './state.ts'
import { trimmed, withChanges, withNewestPage, withOlderPage } from './timeline-items.ts'

const timeline = (more: Partial<TimelineState> = {}): TimelineState => ({
  ...emptyTimeline,
  stale: false,
  older: 'more',
  ...more,
})
const ids = (state: TimelineState) => state.items.map((item) => item.id)

test('[D1] a pending message keeps its id and moves to its place when it is numbered', () => {
  const before = timeline({ items: [message(5), pending('a', 1_000), pending('b', 1_001)] })
  const after = withChanges(before, [message(6, { id: messageId('a') })], [])
  expect(ids(after)).toEqual([messageId(5), messageId('a'), messageId('b')])
  expect(after.items[1]?.seq).toBe(6)
})

test('[D7] the same change twice shows nothing twice', () => {
  const once = withChanges(timeline({ items: [message(5)] }), [message(6)], [])
  expect(withChanges(once, [message(6)], []).items).toEqual(once.items)
})

test('a change to something older than what is loaded leaves no hole', () => {
  const before = timeline({ items: [message(50), message(51)] })
  expect(ids(withChanges(before, [message(3)], []))).toEqual(ids(before))
})

test('a change to something older is taken when everything is loaded', () => {
  const before = timeline({ items: [message(50)], older: 'none' })
  expect(ids(withChanges(before, [message(3)], []))).toEqual([messageId(3), messageId(50)])
})

test('a discarded message is gone', () => {
  const before = timeline({ items: [message(5), pending('a', 1_000)] })
  expect(ids(withChanges(before, [], [messageId('a')]))).toEqual([messageId(5)])
})

test('an older page goes in front, once each, and what is on screen stays newer than the page', () => {
  const edited = message(10, { text: 'edited since' })
  const before = timeline({ items: [edited, message(11)], loading: 'older' })
  const page = { items: [message(8), message(9), message(10)], older: 'none' as const }
  const after = withOlderPage(before, page)
  expect(ids(after)).toEqual([8, 9, 10, 11].map(messageId))
  expect(after.items[2]).toBe(edited)
  expect(after).toMatchObject({ older: 'none', loading: null })
})

test('[D10] the newest page after a reset replaces everything', () => {
  const before = timeline({ items: [message(1)], stale: true })
  const after = withNewestPage(before, { items: [message(900)], older: 'more' })
  expect(ids(after)).toEqual([messageId(900)])
  expect(after.stale).toBe(false)
})

test('a closed room keeps its newest page, and knows that there is more', () => {
  const items = Array.from({ length: 250 }, (_, index) => message(index + 1))
  const after = trimmed(timeline({ items, older: 'none' }))
  expect(after.items).toHaveLength(100)
  expect(after.items.at(-1)?.id).toBe(messageId(250))
  expect(after.older).toBe('more')
})

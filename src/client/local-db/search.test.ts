import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  type ClientKit,
  clientKit,
  message,
  resetOf,
  ROOM,
  roomState,
  value,
} from '../../testing/client-kit.ts'

let kit: ClientKit
beforeEach(() => {
  kit = clientKit()
})
afterEach(() => kit.dispose())

describe('search', () => {
  beforeEach(async () => {
    const texts = [
      'Die Brücke am Fluss',
      'bridge over the river',
      '橋を渡って川へ',
      'AND "river" OR 100%',
    ]
    await kit.goOnline(
      resetOf(
        roomState({ head: 4 }),
        texts.map((text, i) => message(i + 1, { text })),
      ),
    )
  })
  const found = (query: string) => kit.session.search(query, 10).map((hit) => hit.seq)

  it('finds words by prefix, without accents, newest first, and marks them', () => {
    expect(found('river')).toEqual([4, 2])
    expect(found('brucke')).toEqual([1])
    expect(found('over ri')).toEqual([2])
    const [hit] = kit.session.search('bridge', 10)
    expect(hit?.ranges.map(([from, to]) => hit.excerpt.slice(from, to))).toEqual(['bridge'])
  })

  it('takes what a person types for words, never for syntax', () => {
    for (const query of ['"', 'AND', '(', '*', 'river*', 'a"b', 'text:river', '100%', '']) {
      expect(() => kit.session.search(query, 10), query).not.toThrow()
    }
    expect(found('AND river')).toEqual([4])
  })

  it('finds text in scripts without spaces', () => {
    expect(found('川')).toEqual([3])
    const [hit] = kit.session.search('渡って', 10)
    expect(hit?.ranges.map(([from, to]) => hit.excerpt.slice(from, to))).toEqual(['渡って'])
  })

  it('does not find what is not sent, and finds it once it is', async () => {
    const { message: id } = value(kit.session.send(ROOM, 'zebra'))
    expect(found('zebra')).toEqual([])
    await kit.hear({ type: 'ack', id, room: ROOM, seq: 5, at: 5 })
    expect(found('zebra')).toEqual([5])
  })
})

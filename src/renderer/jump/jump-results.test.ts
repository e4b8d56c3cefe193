import { expect, test } from 'vitest'
import {
  ANN,
  ME,
  OTHER_ROOM,
  PEOPLE,
  ROOM,
  SESSION,
  room,
  session,
} from '../testing/sample-views.ts'
import { emptySession } from '../store/state.ts'
import { highlighted, jumpResults } from './jump-results.ts'

const state = {
  ...emptySession,
  rooms: new Map([
    [ROOM, room()],
    [
      OTHER_ROOM,
      room({
        id: OTHER_ROOM,
        kind: 'direct',
        name: 'Ann Lee',
        memberIds: [ME, ANN],
        isDefault: false,
        unread: 2,
      }),
    ],
  ]),
  people: new Map(PEOPLE.map((person) => [person.id, person])),
}
const find = (query: string) =>
  jumpResults({ query, session: state, sessions: [session()], current: SESSION, hits: [] }).map(
    (result) => result.key,
  )

test('without a query the unread rooms come first', () => {
  expect(find('')).toEqual(['room/other-room', 'room/room'])
})

test('a person one has a room with is offered as that room, others as people', () => {
  expect(find('ann')).toEqual(['room/other-room'])
  expect(find('kovac')).toEqual(['person/ben'])
})

test('matched words are cut out of the excerpt, whatever the ranges', () => {
  expect(
    highlighted('one two three', [
      [8, 13],
      [4, 7],
      [5, 6],
    ]),
  ).toEqual([
    { text: 'one ', match: false },
    { text: 'two', match: true },
    { text: ' ', match: false },
    { text: 'three', match: true },
  ])
})

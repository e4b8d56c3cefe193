import type { PersonView, RoomView, SearchHit, SessionView } from '../../client/views.ts'
import { matchesName } from '../rooms/matches-name.ts'
import { counterpartOf, peopleOf, roomsInOrder } from '../store/select.ts'
import type { SessionState } from '../store/state.ts'

export type JumpResult =
  | {
      readonly kind: 'room'
      readonly key: string
      readonly room: RoomView
      readonly person: PersonView | undefined
    }
  | { readonly kind: 'person'; readonly key: string; readonly person: PersonView }
  | { readonly kind: 'session'; readonly key: string; readonly session: SessionView }
  | { readonly kind: 'message'; readonly key: string; readonly hit: SearchHit }

const SHOWN = 8

interface Sources {
  readonly query: string
  readonly session: SessionState
  readonly sessions: readonly SessionView[]
  readonly current: SessionView['id']
  readonly hits: readonly SearchHit[]
}

/** What the switcher offers, best first: rooms, people one has no room with, sessions, messages. */
export function jumpResults({ query, session, sessions, current, hits }: Sources): JumpResult[] {
  const rooms = roomsInOrder(session.rooms)
    .filter((room) => matchesName(room.name, query))
    // Without a query, what is unread comes first.
    .toSorted((a, b) => (query === '' ? Number(b.unread > 0) - Number(a.unread > 0) : 0))
    .slice(0, SHOWN)
    .map((room) => ({
      kind: 'room' as const,
      key: `room/${room.id}`,
      room,
      person: counterpartOf(room, session.people),
    }))
  const reached = new Set(
    roomsInOrder(session.rooms).map((room) => counterpartOf(room, session.people)?.id),
  )
  const people =
    query === ''
      ? []
      : peopleOf(session.people)
          .filter((person) => !person.isSelf && !reached.has(person.id))
          .filter((person) => matchesName(person.name, query))
          .slice(0, SHOWN)
          .map((person) => ({ kind: 'person' as const, key: `person/${person.id}`, person }))
  const others = sessions
    .filter((other) => other.id !== current && matchesName(other.name, query))
    .map((other) => ({ kind: 'session' as const, key: `session/${other.id}`, session: other }))
  const messages = hits.map((hit) => ({
    kind: 'message' as const,
    key: `message/${hit.messageId}`,
    hit,
  }))
  return [...rooms, ...people, ...others, ...messages]
}

/** Cuts a text at [start, end) ranges: what is inside was matched. */
export function highlighted(
  text: string,
  ranges: SearchHit['ranges'],
): readonly { readonly text: string; readonly match: boolean }[] {
  const pieces: { text: string; match: boolean }[] = []
  let from = 0
  for (const [start, end] of ranges.toSorted((a, b) => a[0] - b[0])) {
    if (start < from || end <= start) continue
    if (start > from) pieces.push({ text: text.slice(from, start), match: false })
    pieces.push({ text: text.slice(start, end), match: true })
    from = end
  }
  if (from < text.length) pieces.push({ text: text.slice(from), match: false })
  return pieces
}

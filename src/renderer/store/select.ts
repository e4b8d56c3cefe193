import type { PersonView, RoomView } from '../../client/views.ts'
import type { MemberId, RoomId } from '../../protocol/ids.ts'
import { words } from '../words.ts'
import type { SessionState } from './state.ts'

const byName = (a: { readonly name: string }, b: { readonly name: string }): number =>
  a.name.localeCompare(b.name)

/** Groups: the one everyone is in first, then by name. */
export function groupsOf(rooms: SessionState['rooms']): readonly RoomView[] {
  return [...rooms.values()]
    .filter((room) => room.kind === 'group')
    .toSorted((a, b) => Number(b.isDefault) - Number(a.isDefault) || byName(a, b))
}

/** Direct rooms: the newest activity first. */
export function directsOf(rooms: SessionState['rooms']): readonly RoomView[] {
  return [...rooms.values()]
    .filter((room) => room.kind === 'direct')
    .toSorted((a, b) => b.activity - a.activity || byName(a, b))
}

export function onlineOf(people: SessionState['people']): readonly PersonView[] {
  return [...people.values()]
    .filter((person) => person.presence !== 'offline' && !person.isSelf)
    .toSorted(byName)
}

export function peopleOf(people: SessionState['people']): readonly PersonView[] {
  return [...people.values()].filter((person) => person.gone !== true).toSorted(byName)
}

/** A person this device has not heard of yet still has a place in the interface. */
export function nameOf(people: SessionState['people'], id: MemberId): string {
  return people.get(id)?.name ?? words.unknownPerson
}

/** In a direct room of two, the other one; null in every other room. */
export function counterpartOf(
  room: RoomView,
  people: SessionState['people'],
): PersonView | undefined {
  if (room.kind !== 'direct') return undefined
  const others = room.memberIds.filter((id) => people.get(id)?.isSelf !== true)
  const only = others.length === 1 ? others[0] : undefined
  return only === undefined ? undefined : people.get(only)
}

/** All rooms in the order the sidebar shows them: what Alt+Up and Alt+Down walk through. */
export function roomsInOrder(rooms: SessionState['rooms']): readonly RoomView[] {
  return [...groupsOf(rooms), ...directsOf(rooms)]
}

export function neighbourRoom(
  session: SessionState,
  step: 1 | -1,
  unreadOnly: boolean,
): RoomId | null {
  const rooms = roomsInOrder(session.rooms)
  const at = rooms.findIndex((room) => room.id === session.activeRoom)
  for (let distance = 1; distance <= rooms.length; distance += 1) {
    const index = (at + step * distance + rooms.length * 2) % rooms.length
    const room = rooms[index]
    if (room === undefined || room.id === session.activeRoom) continue
    if (!unreadOnly || room.unread > 0) return room.id
  }
  return null
}

import type { MemberId, MessageId, RoomId } from '../../protocol/ids.ts'
import type { SessionEvent, TimelineItem } from '../views.ts'
import type { Viewer } from './viewer.ts'

/** Notes what a transaction touched; the events are drawn from the database once it is on disk. */
export interface Changes {
  room(id: RoomId): void
  roomRemoved(id: RoomId): void
  person(id: MemberId): void
  message(room: RoomId, id: MessageId): void
  notice(room: RoomId, seq: number): void
  timelineReset(room: RoomId): void
  typing(room: RoomId): void
  reads(room: RoomId, members: readonly MemberId[]): void
  /** The events of everything noted since the last call. */
  take(): SessionEvent[]
}

export function createChanges(
  viewer: Viewer,
  now: {
    readonly typing: (room: RoomId) => readonly MemberId[]
    readonly readSeq: (room: RoomId, member: MemberId) => number
  },
): Changes {
  let noted = nothing()

  function timelineOf(room: RoomId): SessionEvent | undefined {
    const items: TimelineItem[] = []
    const removed: MessageId[] = []
    for (const seq of noted.notices.get(room) ?? []) {
      const item = viewer.notice(room, seq)
      if (item !== undefined) items.push(item)
    }
    const messages = noted.messages.get(room) ?? []
    const views = viewer.messages(room, messages)
    for (const id of messages) {
      const item = views.get(id)
      if (item === undefined) removed.push(id)
      else items.push(item)
    }
    if (items.length === 0 && removed.length === 0) return undefined
    items.sort((a, b) => a.order - b.order)
    return { type: 'timeline', roomId: room, items, removed }
  }

  return {
    room: (id) => void noted.rooms.add(id),
    roomRemoved(id) {
      noted.removedRooms.add(id)
      noted.messages.delete(id)
      noted.notices.delete(id)
    },
    person: (id) => void noted.people.add(id),
    message: (room, id) => into(noted.messages, room).add(id),
    notice: (room, seq) => into(noted.notices, room).add(seq),
    timelineReset(room) {
      // Loading anew shows all that was noted before.
      noted.resets.add(room)
      noted.messages.delete(room)
      noted.notices.delete(room)
    },
    typing: (room) => void noted.typing.add(room),
    reads(room, members) {
      for (const member of members) into(noted.reads, room).add(member)
    },
    take() {
      const events: SessionEvent[] = []
      const people = [...noted.people].flatMap((id) => viewer.person(id) ?? [])
      if (people.length > 0) events.push({ type: 'people', people })
      const rooms = [...noted.rooms].flatMap((id) => viewer.room(id) ?? [])
      for (const roomId of noted.removedRooms) {
        if (viewer.room(roomId) === undefined) events.push({ type: 'room-removed', roomId })
      }
      if (rooms.length > 0) events.push({ type: 'rooms', rooms })
      for (const roomId of noted.resets) events.push({ type: 'timeline-reset', roomId })
      for (const room of new Set([...noted.notices.keys(), ...noted.messages.keys()])) {
        const timeline = timelineOf(room)
        if (timeline !== undefined) events.push(timeline)
      }
      for (const [roomId, members] of noted.reads) {
        const positions = [...members].map((memberId) => ({
          memberId,
          seq: now.readSeq(roomId, memberId),
        }))
        events.push({ type: 'reads', roomId, positions })
      }
      for (const roomId of noted.typing) {
        events.push({ type: 'typing', roomId, memberIds: now.typing(roomId) })
      }
      noted = nothing()
      return events
    },
  }
}

function nothing() {
  return {
    rooms: new Set<RoomId>(),
    removedRooms: new Set<RoomId>(),
    people: new Set<MemberId>(),
    messages: new Map<RoomId, Set<MessageId>>(),
    notices: new Map<RoomId, Set<number>>(),
    resets: new Set<RoomId>(),
    typing: new Set<RoomId>(),
    reads: new Map<RoomId, Set<MemberId>>(),
  }
}

function into<Key, Item>(map: Map<Key, Set<Item>>, key: Key): Set<Item> {
  const known = map.get(key)
  if (known !== undefined) return known
  const made = new Set<Item>()
  map.set(key, made)
  return made
}

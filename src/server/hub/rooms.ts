import type { Epoch, MemberId, RoomId } from '../../protocol/ids.ts'
import type { RoomEvent, RoomKind, RoomState, Visibility } from '../../protocol/records.ts'
import type { Connection } from './connection.ts'
import { FewSet } from './few-set.ts'

/** A room as of its event number `head`, and who listens. */
export interface Room {
  readonly id: RoomId
  readonly kind: RoomKind
  name: string
  topic: string
  readonly visibility: Visibility
  readonly isDefault: boolean
  readonly members: Set<MemberId>
  epoch: Epoch
  head: number
  readonly createdAt: number
  /** Connections that have everything up to `head`: they get the next events as they are. */
  readonly live: FewSet<Connection>
  /** Connections that are being brought up to `head`: they get the next events by reading on (D8). */
  readonly recovering: FewSet<Connection>
}

export interface Rooms {
  get(id: RoomId): Room | undefined
  all(): Iterable<Room>
  readonly defaultRoom: Room | undefined
  of(member: MemberId): ReadonlySet<Room>
  add(state: RoomState): Room
  /** Takes in one event; the caller has checked that it is the next one. */
  apply(room: Room, event: RoomEvent): void
  stateOf(room: Room): RoomState
  /** Takes over what another node made of the room; answers with who came and who left. */
  replace(
    room: Room,
    state: RoomState,
  ): { readonly joined: readonly MemberId[]; readonly left: readonly MemberId[] }
}

const NO_ROOMS: ReadonlySet<Room> = new Set()

export function createRooms(stored: readonly RoomState[]): Rooms {
  const rooms = new Map<RoomId, Room>()
  const byMember = new Map<MemberId, Set<Room>>()
  let defaultRoom: Room | undefined

  function enter(room: Room, member: MemberId): void {
    room.members.add(member)
    const known = byMember.get(member)
    if (known === undefined) byMember.set(member, new Set([room]))
    else known.add(room)
  }

  function add(state: RoomState): Room {
    const room: Room = {
      id: state.id,
      kind: state.kind,
      name: state.name,
      topic: state.topic,
      visibility: state.visibility,
      isDefault: state.isDefault,
      members: new Set(),
      epoch: state.epoch,
      head: state.head,
      createdAt: state.createdAt,
      live: new FewSet(),
      recovering: new FewSet(),
    }
    rooms.set(room.id, room)
    for (const member of state.members) enter(room, member)
    if (room.isDefault) defaultRoom = room
    return room
  }

  function exit(room: Room, member: MemberId): void {
    room.members.delete(member)
    byMember.get(member)?.delete(room)
  }

  for (const state of stored) add(state)
  return {
    get: (id) => rooms.get(id),
    all: () => rooms.values(),
    get defaultRoom() {
      return defaultRoom
    },
    of: (member) => byMember.get(member) ?? NO_ROOMS,
    add,
    apply(room, event) {
      room.head = event.seq
      if (event.type === 'member.joined') enter(room, event.member)
      if (event.type === 'member.left') exit(room, event.member)
      if (event.type === 'room.changed') {
        room.name = event.name ?? room.name
        room.topic = event.topic ?? room.topic
      }
    },
    stateOf: (room) => ({
      id: room.id,
      kind: room.kind,
      name: room.name,
      topic: room.topic,
      visibility: room.visibility,
      isDefault: room.isDefault,
      members: [...room.members],
      epoch: room.epoch,
      head: room.head,
      createdAt: room.createdAt,
    }),
    replace(room, state) {
      const members = new Set(state.members)
      const joined = state.members.filter((member) => !room.members.has(member))
      const left = [...room.members].filter((member) => !members.has(member))
      for (const member of joined) enter(room, member)
      for (const member of left) exit(room, member)
      room.name = state.name
      room.topic = state.topic
      room.epoch = state.epoch
      room.head = state.head
      return { joined, left }
    },
  }
}

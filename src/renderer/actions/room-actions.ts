import type { MemberId, RoomId, SessionId } from '../../protocol/ids.ts'
import type { Visibility } from '../../protocol/records.ts'
import type { Navigation } from './navigation.ts'
import type { ActionPorts, Outcome } from './ports.ts'

export interface RoomActions {
  /** Creates the group and opens it. */
  create(
    session: SessionId,
    group: {
      readonly name: string
      readonly topic: string
      readonly visibility: Visibility
      readonly members: readonly MemberId[]
    },
  ): Outcome<'room.create'>
  /** Opens the direct room with exactly these people and oneself. */
  openDirect(session: SessionId, members: readonly MemberId[]): Outcome<'room.open-direct'>
  browse(session: SessionId): Outcome<'room.browse'>
  join(session: SessionId, room: RoomId): Outcome<'room.join'>
  leave(session: SessionId, room: RoomId): Outcome<'room.leave'>
  addMembers(
    session: SessionId,
    room: RoomId,
    members: readonly MemberId[],
  ): Outcome<'room.add-members'>
  change(
    session: SessionId,
    room: RoomId,
    what: { readonly name?: string; readonly topic?: string },
  ): Outcome<'room.change'>
  search(session: SessionId, query: string): Outcome<'search.messages'>
}

const SEARCH_HITS = 30

export function roomActions(ports: ActionPorts, navigation: Navigation): RoomActions {
  const { bridge } = ports
  return {
    async create(session, { name, topic, visibility, members }) {
      const args = { session, name, topic, visibility, members: [...members] }
      const result = await bridge.invoke('room.create', args)
      if (result.ok) navigation.openRoom(session, result.value.room)
      return result
    },
    async openDirect(session, members) {
      const result = await bridge.invoke('room.open-direct', { session, members: [...members] })
      if (result.ok) navigation.openRoom(session, result.value.room)
      return result
    },
    browse: (session) => bridge.invoke('room.browse', { session }),
    async join(session, room) {
      const result = await bridge.invoke('room.join', { session, room })
      if (result.ok) navigation.openRoom(session, room)
      return result
    },
    leave: (session, room) => bridge.invoke('room.leave', { session, room }),
    addMembers: (session, room, members) =>
      bridge.invoke('room.add-members', { session, room, members: [...members] }),
    change: (session, room, what) => bridge.invoke('room.change', { session, room, ...what }),
    search: (session, query) =>
      bridge.invoke('search.messages', { session, query, limit: SEARCH_HITS }),
  }
}

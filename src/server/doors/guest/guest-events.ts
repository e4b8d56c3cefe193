import type { ErrorCode } from '../../../protocol/errors.ts'
import type { MemberId, RoomId } from '../../../protocol/ids.ts'
import type { RoomEvent, RoomKind, RoomState } from '../../../protocol/records.ts'

export type Posted = Extract<RoomEvent, { type: 'message.posted' }>

/** A room as a door's client sees it, as of event `seq`. */
export interface GuestRoom {
  readonly id: RoomId
  readonly kind: RoomKind
  readonly isDefault: boolean
  readonly createdAt: number
  name: string
  /** Of a direct room everybody; of a group only the client itself, for groups are large and many look on. */
  readonly members: Set<MemberId>
  seq: number
}

/** What happens in the session, in the words every door puts into its own. */
export type GuestEvent =
  /** A host or moderator has to let them in (I7). */
  | { readonly kind: 'waiting' }
  /** In, and caught up; anything before it was there before. */
  | { readonly kind: 'ready' }
  | { readonly kind: 'posted'; readonly room: GuestRoom; readonly post: Posted }
  | { readonly kind: 'joined'; readonly room: GuestRoom; readonly member: MemberId }
  | { readonly kind: 'left'; readonly room: GuestRoom; readonly member: MemberId }
  | {
      readonly kind: 'typing'
      readonly room: GuestRoom
      readonly member: MemberId
      readonly active: boolean
    }
  /** Of people, not of connections (D17). */
  | { readonly kind: 'online' | 'offline'; readonly name: string }
  /** The hub does not let them in, or no longer; it closes next. */
  | { readonly kind: 'rejected'; readonly code: ErrorCode; readonly message: string }

export function guestRoom(state: RoomState, self: MemberId): GuestRoom {
  const { id, kind, isDefault, createdAt, name, head } = state
  const members = new Set(kind === 'direct' ? state.members : [self])
  return { id, kind, isDefault, createdAt, name, members, seq: head }
}

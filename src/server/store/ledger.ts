/** What deciding about a batch of writes looks up and changes; a store puts its tables behind it. */
import type { DeviceId, Epoch, MemberId, MessageId, RoomId } from '../../protocol/ids.ts'
import type { RoomEvent, RoomKind, Visibility } from '../../protocol/records.ts'
import type { ReactionFacts, TargetFacts } from './rules.ts'

/** A room as of the writes that were taken so far. */
export interface LedgerRoom {
  readonly id: RoomId
  readonly kind: RoomKind
  name: string
  topic: string
  readonly visibility: Visibility
  readonly isDefault: boolean
  readonly epoch: Epoch
  head: number
}

export interface Original {
  readonly seq: number
  readonly at: number
  readonly device: DeviceId
  readonly room: RoomId
}

export interface Ledger {
  room(id: RoomId): LedgerRoom | undefined
  hasMember(id: MemberId): boolean
  isIn(room: RoomId, member: MemberId): boolean
  /** The event with this id, in whichever room (D4). */
  original(id: MessageId): Original | undefined
  /** The post with this id, when it is in this room. */
  target(id: MessageId, room: RoomId): TargetFacts | undefined
  reactions(target: MessageId, emoji: string): ReactionFacts
  creatorOf(room: RoomId): MemberId | undefined
  /** The room that the new one would be the same as. */
  roomLike(memberSet: string | null, isDefault: boolean): RoomId | undefined

  addRoom(room: LedgerRoom, createdAt: number, memberSet: string | null): void
  /**
   * Adds the event to its room's log and moves the head. False when its id is taken: then nothing was done. Throws for
   * a device that was never let in.
   */
  append(event: RoomEvent, room: LedgerRoom, device: DeviceId): boolean
  rename(room: LedgerRoom, name: string, topic: string): void
  /** What was there before somebody came is not unread to them. */
  enter(room: LedgerRoom, member: MemberId): void
  leave(room: LedgerRoom, member: MemberId): void
  edited(target: MessageId, text: string, event: RoomEvent): void
  /** Scrubs the text of the post and of its edits, and takes its reactions away. */
  deleted(target: MessageId, event: RoomEvent): void
  addReaction(target: MessageId, emoji: string, event: RoomEvent): void
  removeReaction(target: MessageId, emoji: string, member: MemberId): void
}

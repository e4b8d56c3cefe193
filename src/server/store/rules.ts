/**
 * Who may write what: decided here from facts a store has looked up inside its transaction, so that every
 * store decides alike.
 */
import type { MemberId } from '../../protocol/ids.ts'
import type { RoomKind, Visibility } from '../../protocol/records.ts'
import type { Refusal, RoomOperation, Write } from '../hub/ports.ts'

/** What a message can carry, so that it always fits a page, and a page a frame. */
export const MAX_DIFFERENT_REACTIONS = 50
export const MAX_REACTIONS = 5_000

export interface RoomFacts {
  readonly kind: RoomKind
  readonly visibility: Visibility
  readonly isDefault: boolean
  readonly actorIsMember: boolean
}

/** The post an operation is about, when there is one with that id in the room. */
export interface TargetFacts {
  readonly author: MemberId
  /** True, or a database's 1. */
  readonly deleted: boolean | number
}

export function refuse(code: Refusal['code'], message: string): Refusal {
  return { kind: 'refused', code, message }
}

export const NO_SUCH_ROOM = refuse('no-such-room', 'There is no such room.')
export const ID_TAKEN = refuse('id-taken', 'This id names something else already.')
export const NO_SUCH_MEMBER = refuse('no-such-member', 'One of these people is not in the session.')
export const READ_ONLY = refuse('read-only', 'The session is read-only: nothing new is taken now.')
const NOT_A_MEMBER = refuse('not-a-member', 'You are not in this room.')

/** A private room one is not in is treated as one that does not exist. */
export function refuseOutsider(room: RoomFacts): Refusal | undefined {
  if (room.actorIsMember) return undefined
  return room.visibility === 'public' ? NOT_A_MEMBER : NO_SUCH_ROOM
}

/** Of edits, deletes and reactions, after `refuseOutsider`. */
export function refuseTarget(
  operation: 'edit' | 'delete' | 'react' | 'unreact' | 'reply',
  actor: MemberId,
  target: TargetFacts | undefined,
): Refusal | undefined {
  if (target === undefined)
    return refuse('no-such-message', 'There is no such message in this room.')
  if (operation === 'edit' || operation === 'delete') {
    if (target.author !== actor) {
      return refuse('not-the-author', 'Only its author can change a message.')
    }
  }
  if ((operation === 'edit' || operation === 'react') && Boolean(target.deleted)) {
    return refuse('message-deleted', 'The message was deleted.')
  }
  return undefined
}

/** What the message carries now, before the reaction. */
export interface ReactionFacts {
  readonly all: number
  readonly different: number
  /** Whether somebody gave this very emoji. */
  readonly known: boolean
}

export function refuseReaction({ all, different, known }: ReactionFacts): Refusal | undefined {
  if (!known && different >= MAX_DIFFERENT_REACTIONS) {
    return refuse(
      'not-allowed',
      `A message has at most ${MAX_DIFFERENT_REACTIONS} different reactions.`,
    )
  }
  return all >= MAX_REACTIONS
    ? refuse('not-allowed', `A message has at most ${MAX_REACTIONS} reactions.`)
    : undefined
}

export function refuseRoomOperation(
  operation: Exclude<RoomOperation, { kind: 'create' }>,
  actor: MemberId,
  room: RoomFacts,
): Refusal | undefined {
  switch (operation.kind) {
    case 'join':
      if (!room.actorIsMember && room.visibility !== 'public') return NO_SUCH_ROOM
      if (room.kind === 'direct') {
        return refuse('not-allowed', 'Nobody can be added to a direct room; start another one.')
      }
      return room.actorIsMember || operation.member === actor ? undefined : NOT_A_MEMBER
    case 'leave':
      if (!room.actorIsMember) return room.visibility === 'public' ? undefined : NO_SUCH_ROOM
      if (room.kind === 'direct') return refuse('not-allowed', 'Nobody can leave a direct room.')
      if (room.isDefault) {
        return refuse('not-allowed', 'Nobody can leave the session’s default group.')
      }
      return operation.member === actor
        ? undefined
        : refuse('not-allowed', 'Nobody can make others leave.')
    case 'change':
      if (room.kind === 'direct')
        return refuse('not-allowed', 'A direct room has no name or topic.')
      return refuseOutsider(room)
  }
}

/** What identifies the direct room of these people, whoever opens it and in whichever order. */
export function memberSetKey(members: readonly MemberId[]): string {
  return [...new Set(members)].toSorted().join(' ')
}

/** True for writes whose id was chosen by a device and must be found again when it is resent (D4). */
export function isResend(
  write: Pick<Write, 'device' | 'room'>,
  original: { readonly device: string; readonly room: string },
): boolean {
  return write.device === original.device && write.room === original.room
}

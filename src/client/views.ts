/**
 * What windows are shown of this device's replica: plain values, ready to draw, derived from the local
 * database and never kept beside it. The client makes them, the IPC contract carries them.
 */
import type { ErrorCode } from '../protocol/errors.ts'
import type { MemberId, MessageId, RoomId, SessionId } from '../protocol/ids.ts'
import type { Notice, Presence, RoomKind, Visibility } from '../protocol/records.ts'
import type { Role } from '../protocol/roles.ts'

/** Why a session cannot be entered by trying again; a person has to do something. */
export type RefusalReason =
  | 'unauthorized'
  | 'unsupported-version'
  | 'bad-proof' // the server did not take this device's signature
  | 'identity-taken'
  | 'name-taken'
  | 'invite-expired'
  | 'invite-used-up'
  | 'invite-revoked'
  | 'session-locked'
  | 'declined'
  | 'removed'
  | 'banned'
  | 'other-session' // the address now serves another session
  | 'superseded' // the same profile connected from another running copy
  | TokenReason
  | DistrustReason

/** The server wants a bearer token that only a person can give. The outbox keeps everything meanwhile. */
export type TokenReason =
  | 'token-needed' // none was ever given
  | 'token-ended'
  | 'token-refused'
  | 'token-of-another' // it belongs to another member than this device is

/** A member of the session that somebody else's device was told of. */
export interface MemberHint {
  readonly id: MemberId
  readonly name: string
}

/** Why whoever answered at an address was told nothing. */
export type DistrustReason =
  | 'other-key' // not the key this session is known by
  | 'untrusted-certificate' // no authority vouches for it, or for another name, or no longer
  | 'unencrypted' // the session has no key, and the address is beyond this computer

/** D14. Times are milliseconds since 1970 on this computer's clock, only for showing a countdown. */
export type ConnectionView =
  /**
   * The person disconnected, or the network is known to be gone. `problem`: this computer cannot open the session
   * now; a sentence. Trying again is what mends it.
   */
  | { readonly state: 'offline'; readonly problem?: string }
  | { readonly state: 'connecting'; readonly attempt: number }
  | { readonly state: 'authenticating' }
  /** The host has to let this person in; the connection stays meanwhile. */
  | { readonly state: 'awaiting-approval' }
  | { readonly state: 'catching-up'; readonly received: number; readonly total: number }
  /** `signInEndsAt`: the bearer token ends then, and a person has to give the next one. */
  | { readonly state: 'online'; readonly signInEndsAt?: number }
  | {
      readonly state: 'waiting'
      readonly reason: string
      /** The host ended the session for now, and said so. */
      readonly stopped?: true
      /** The reason says more than that nobody is there. */
      readonly telling?: true
      readonly attempt: number
      readonly retryAt: number
    }
  | {
      readonly state: 'refused'
      readonly reason: RefusalReason
      readonly message: string
      /** Whom the bearer token belongs to: a newcomer may join again as them (I13). */
      readonly owner?: MemberHint
    }

export interface SessionView {
  readonly id: SessionId
  readonly name: string
  /** True while this app runs the session's server. */
  readonly hosting: boolean
  readonly self: { readonly memberId: MemberId; readonly name: string; readonly role: Role }
  /** Nobody new is let in. */
  readonly locked: boolean
  /** Only hosts and moderators write. */
  readonly readOnly: boolean
  readonly connection: ConnectionView
  /** The host's key in words, for comparing; left out where an authority vouches or nothing is encrypted. */
  readonly keyWords?: readonly string[]
  /** The server has never let this person in. */
  readonly newcomer?: true
  /** Writes that wait in the outbox, failed ones not counted. */
  readonly queued: number
  readonly failed: number
  readonly unread: number
  /** Unread direct messages; groups have mentions later. Shown as the accented badge. */
  readonly unreadDirect: number
}

export interface RoomView {
  readonly id: RoomId
  readonly kind: RoomKind
  /** For direct rooms: the other members' names, joined; never empty. */
  readonly name: string
  readonly topic: string
  readonly visibility: Visibility
  readonly isDefault: boolean
  readonly memberIds: readonly MemberId[]
  readonly unread: number
  /** Number of the newest event read by this person; the unread line stands after it. */
  readonly readSeq: number
  /** Number of the newest event this device has. */
  readonly headSeq: number
  readonly draft: string
  /** Local order of the newest activity, for sorting direct rooms; larger is newer. */
  readonly activity: number
  /** The person is no longer in the room; it is only kept while it holds messages that were not sent. */
  readonly left?: true
}

export interface PersonView {
  readonly id: MemberId
  readonly name: string
  readonly role: Role
  readonly presence: Presence
  readonly lastSeen?: number
  readonly isSelf: boolean
  /** Is no longer in the session; what they wrote stays. */
  readonly gone?: true
}

export interface ReactionView {
  readonly emoji: string
  readonly memberIds: readonly MemberId[]
}

export type MessageState =
  | { readonly kind: 'sent' }
  | { readonly kind: 'pending' }
  | { readonly kind: 'failed'; readonly code: ErrorCode; readonly message: string }

export interface MessageView {
  readonly type: 'message'
  readonly id: MessageId
  /** Null until the server numbered it. */
  readonly seq: number | null
  /** Position in the timeline: numbered items by seq, then unsent ones in the order they were written. */
  readonly order: number
  readonly author: MemberId
  readonly at: number
  readonly text: string
  readonly edited: boolean
  readonly deleted: boolean
  readonly replyTo?: MessageId
  readonly reactions: readonly ReactionView[]
  /** Of the post itself. */
  readonly state: MessageState
  /**
   * Of the newest unsent edit, delete or reaction to it, a failed one first, when there is one. A pending change
   * is already shown, and so is the text of a failed edit; a failed delete or reaction is not.
   */
  readonly change?: MessageState & {
    readonly operation: 'edit' | 'delete' | 'react' | 'unreact'
    readonly operationId: MessageId
  }
}

export interface NoticeView {
  readonly type: 'notice'
  readonly id: MessageId
  readonly seq: number
  readonly order: number
  readonly at: number
  readonly event: Notice
}

export type TimelineItem = MessageView | NoticeView

/** A contiguous stretch of a room's timeline, oldest first. */
export interface TimelinePage {
  readonly items: readonly TimelineItem[]
  /**
   * What lies before the first item: nothing, more (ask again with its order), or more that only the
   * server has while it cannot be reached.
   */
  readonly older: 'none' | 'more' | 'unreachable'
}

export interface ReadView {
  readonly memberId: MemberId
  readonly seq: number
}

export interface SearchHit {
  readonly roomId: RoomId
  readonly messageId: MessageId
  readonly seq: number
  readonly author: MemberId
  readonly at: number
  /** Plain text around the match; `ranges` are [start, end) offsets of the matched words in it. */
  readonly excerpt: string
  readonly ranges: readonly (readonly [number, number])[]
}

/** All a window needs to draw a session before it opens a room. */
export interface SessionContents {
  readonly rooms: readonly RoomView[]
  readonly people: readonly PersonView[]
}

/** What changed in the local database or the connection, in the order it changed. */
export type SessionEvent =
  | { readonly type: 'session'; readonly session: SessionView }
  | { readonly type: 'rooms'; readonly rooms: readonly RoomView[] }
  | { readonly type: 'room-removed'; readonly roomId: RoomId }
  | { readonly type: 'people'; readonly people: readonly PersonView[] }
  /** Items that are new or changed, and ids that are gone. An item keeps its id when it is numbered. */
  | {
      readonly type: 'timeline'
      readonly roomId: RoomId
      readonly items: readonly TimelineItem[]
      readonly removed: readonly MessageId[]
    }
  /** The room's log was replaced by a snapshot: load the timeline anew. */
  | { readonly type: 'timeline-reset'; readonly roomId: RoomId }
  /** Everyone who is typing in the room now, this person not counted. */
  | { readonly type: 'typing'; readonly roomId: RoomId; readonly memberIds: readonly MemberId[] }
  | { readonly type: 'reads'; readonly roomId: RoomId; readonly positions: readonly ReadView[] }

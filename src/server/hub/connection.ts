import type { Hello } from '../../protocol/client-messages.ts'
import type { DeviceId, MemberId, MessageId, RoomId } from '../../protocol/ids.ts'
import type { ResetReason } from '../../protocol/server-messages.ts'
import type { Socket } from './ports.ts'
import type { RareMap } from './rare-map.ts'
import type { Bucket } from './rate-limit.ts'

/** One socket and how far its device has come. `state` decides which messages are expected. */
export interface Connection {
  readonly socket: Socket
  state: ConnectionState
  readonly malformed: Bucket
  readonly signals: Bucket
  /** What is left before a connection that heeds no limit is closed. */
  readonly flood: Bucket
  /** Monotonic time of the last ping, or of the connection's beginning. */
  lastPing: number
  /** Monotonic time of the ping that waits for its answer. */
  pingedAt: number | undefined
  roundTrip: number | undefined
}

export type ConnectionState =
  | { readonly kind: 'awaiting-hello'; readonly cancelTimeout: () => void }
  /** Was given the challenge of this connection; its answer decides. */
  | {
      readonly kind: 'challenged'
      readonly hello: Hello
      readonly version: number
      readonly nonce: string
      readonly cancelTimeout: () => void
    }
  /** The store is asked whether the member may come in. */
  | { readonly kind: 'admitting' }
  /** A host or moderator is asked (I7). */
  | { readonly kind: 'waiting' }
  /** In, and may write; gets nothing of the rooms before it says what it has. */
  | { readonly kind: 'awaiting-sync'; readonly device: AdmittedDevice }
  /** Registered for everything (D8); which rooms are still catching up is in `recovery`. */
  | { readonly kind: 'synced'; readonly device: AdmittedDevice }
  | { readonly kind: 'closed' }

export interface AdmittedDevice {
  readonly member: MemberId
  readonly device: DeviceId
  readonly deviceName: string
  /** Milliseconds since 1970. */
  readonly since: number
  presence: 'online' | 'away'
  /** Rooms whose writes wait for one id to come again (D2). */
  readonly holds: RareMap<RoomId, Hold>
  /** Monotonic; while writes follow each other closely after connecting, an outbox is draining. */
  drainingUntil: number
  /** Rooms that are not yet live, in the order they are caught up. */
  readonly recovery: RareMap<RoomId, RecoveryTask>
  recovering: boolean
  /** Number of the frame of people that is sent next, until all were. */
  nextPeople: number | undefined
  announceSynced: boolean
  /** Rooms the person types in, each with how to cancel its expiry. */
  readonly typing: RareMap<RoomId, () => void>
  /** The history requests before the next one. */
  pages: Promise<void>
}

export interface Hold {
  readonly id: MessageId
  readonly code: 'rate-limited' | 'unavailable'
  /** Monotonic. */
  readonly since: number
  readonly retryAt: number
}

export interface RecoveryTask {
  /** How far the connection has been sent; `undefined` asks for a snapshot. */
  cursor: number | undefined
  /** Of the snapshot, when there is one. */
  reason: ResetReason
  /** Whether the room's read positions are still to be sent. */
  withReads: boolean
  /** Called once the room is live. */
  readonly waiting: (() => void)[]
}

/** The device, once it has been let in. */
export function admitted(connection: Connection): AdmittedDevice | undefined {
  const { state } = connection
  return state.kind === 'awaiting-sync' || state.kind === 'synced' ? state.device : undefined
}

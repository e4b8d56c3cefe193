/** What the hub needs from the world. Adapters live outside `hub/`; tests pass their own. */
import type { Operation } from '../../protocol/client-messages.ts'
import type { CloseCode, ErrorCode } from '../../protocol/errors.ts'
import type { DeviceId, Epoch, MemberId, MessageId, RoomId, SessionId } from '../../protocol/ids.ts'
import type {
  MessagePage,
  ReadPosition,
  RoomEvent,
  RoomKind,
  RoomState,
  Visibility,
} from '../../protocol/records.ts'
import type { ServerMessage } from '../../protocol/server-messages.ts'
import type { SharedCodes } from './codes-port.ts'
import type { ClusterSignal, SharedLog } from './cluster-ports.ts'
import type { Health } from './health.ts'
import type { IntegrationStore } from './integrations-port.ts'
import type { Registry, StoredMember, StoredSettings } from './registry-port.ts'

/** Time and timers. `now` is shown to people; only `monotonic` may be used to measure (D19). */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number
  /** Milliseconds since some fixed moment; never goes back. */
  monotonic(): number
  /** Runs once after `ms`; returns how to cancel. */
  after(ms: number, run: () => void): () => void
  /** Runs after everything of this event-loop turn has been taken in: the end of a batch. */
  afterTurn(run: () => void): void
}

/** One connected device as the hub sees it. A door makes it; frames go out in the order of the calls. */
export interface Socket {
  readonly address: string
  /** Queues a frame; a door encodes a message that goes to many sockets once. */
  send(message: ServerMessage): void
  /** Bytes queued and not yet taken by the network. The door closes with 4408 above its bound (D15). */
  queuedBytes(): number
  /** Calls back once when the queue has drained below the door's low-water mark (at once if it has). */
  onDrained(run: () => void): void
  /** Asks for a sign of life; the door reports the answer with `HubConnection.pong` (D13). */
  ping(): void
  /** Before `welcome`, to a door that had to guess: whose connection it is. */
  admitted?(member: MemberId): void
  /** Sends what is queued, then closes. Later calls of any kind are ignored. */
  close(code: CloseCode, reason: string): void
}

/** A write as the hub hands it to the store; its `id` makes it idempotent (D4). */
export interface Write {
  readonly device: DeviceId
  readonly actor: MemberId
  readonly room: RoomId
  readonly id: MessageId
  readonly at: number
  readonly operation: Operation | RoomOperation
  /** Only what is there already is answered; anything new is refused as `read-only` (I6). */
  readonly onlyResend?: true
}

export type RoomOperation =
  | {
      readonly kind: 'create'
      readonly roomKind: RoomKind
      readonly name: string
      readonly topic: string
      readonly visibility: Visibility
      readonly isDefault: boolean
      readonly members: readonly MemberId[]
    }
  | { readonly kind: 'join'; readonly member: MemberId }
  | { readonly kind: 'leave'; readonly member: MemberId }
  | {
      readonly kind: 'change'
      readonly name?: string | undefined
      readonly topic?: string | undefined
    }

/**
 * What became of one write. The order of results is the order of the writes.
 *
 * A reaction that is already there, one that is not there to be taken away, and a second delete are
 * committed like any other write, with a number of their own. They change nothing for the reader, but
 * so their resend finds the original ack too (D4), which an answer without an event could not promise.
 */
export type WriteResult =
  /** `events` are new and on disk; the first carries the write's id (a `create` makes several). */
  | { readonly kind: 'committed'; readonly epoch: Epoch; readonly events: readonly RoomEvent[] }
  /** The id was committed before: nothing was written; this is its original number and time. */
  | { readonly kind: 'duplicate'; readonly seq: number; readonly at: number }
  /** Only of `create`: the room, the direct room of these people, or the default group is there already. */
  | { readonly kind: 'exists'; readonly room: RoomId }
  /** Only of `join`, `leave` and `change`: it is so already. */
  | { readonly kind: 'unchanged' }
  | Refusal

/** For good: the same write would be refused again (D5). */
export interface Refusal {
  readonly kind: 'refused'
  readonly code: ErrorCode
  readonly message: string
}

export interface ReadMark {
  readonly room: RoomId
  readonly member: MemberId
  readonly seq: number
}

export type EventRange =
  | { readonly kind: 'events'; readonly events: readonly RoomEvent[] }
  /** `after` lies before the oldest stored event. */
  | { readonly kind: 'gone' }

/**
 * The durable side (D3): rooms, their logs, members, devices, read positions. SQLite here, PostgreSQL in a
 * cluster, memory in tests; all pass `store-contract`. Methods reject only for faults of the store itself
 * (disk full, connection lost), which the hub answers with `unavailable`.
 */
export interface Store {
  readonly session: { readonly id: SessionId; readonly name: string }
  /** All rooms with members, epoch and head: read once when the hub starts. */
  rooms(): Promise<readonly RoomState[]>
  members(): Promise<readonly StoredMember[]>
  /**
   * Writes the batch in order, in one durable transaction, and numbers it. One refused write does not
   * stop the others. Checked inside the transaction: idempotency, membership, targets, authorship.
   */
  commit(writes: readonly Write[]): Promise<readonly WriteResult[]>
  /** Up to `limit` events after `after`, and not more than about `maxBytes`, at least one if there is one. */
  eventsAfter(room: RoomId, after: number, limit: number, maxBytes: number): Promise<EventRange>
  /** The newest messages below `before`, cut at `limit` and at about `maxBytes`. */
  page(room: RoomId, before: number, limit: number, maxBytes: number): Promise<MessagePage>
  /** Messages by others with a number above `after` and up to `upTo`, deleted ones not counted. */
  unread(room: RoomId, member: MemberId, after: number, upTo: number): Promise<number>
  reads(room: RoomId): Promise<readonly ReadPosition[]>
  /** Moves read positions forward; lower ones are ignored (D18). Answers with those that moved. */
  setReads(positions: readonly ReadMark[]): Promise<readonly ReadMark[]>
  /** Who belongs to the session, and on which terms. */
  readonly registry: Registry
  /** Webhooks and bots. */
  readonly integrations: IntegrationStore
  setLastSeen(
    sightings: readonly { readonly member: MemberId; readonly at: number }[],
  ): Promise<void>
  /** Bytes on disk. */
  storageBytes(): Promise<number>
  /** Of a store that several nodes write to. */
  readonly shared?: SharedLog
  /** Of the same; a server by itself keeps codes in memory. */
  readonly codes?: SharedCodes
  close(): Promise<void>
}

/** Carries committed events and passing signals between the nodes of a cluster; in one process it just calls back. */
export interface FanOut {
  publish(signal: Signal): void
  /**
   * Every signal, this node's own included and at once. Of other nodes' signals some may be missing, may come
   * twice, and of different nodes in any order: the store's numbers tell.
   */
  subscribe(listener: (signal: Signal) => void): () => void
  /**
   * Signals of these rooms are wanted; without it only those of nobody's room come from other nodes. Resolves
   * when none can be missed any more, at once when nothing can be heard now.
   */
  readonly serve?: (rooms: readonly RoomId[]) => Promise<void>
  readonly release?: (rooms: readonly RoomId[]) => void
  /** Whether other nodes can be heard. */
  readonly health?: () => Health
  /** Signals that could not be sent to other nodes, since the start. */
  readonly dropped?: () => number
}

export type Signal =
  /** A new room as it is before its first event; its events follow. */
  | { readonly kind: 'room'; readonly room: RoomState }
  | {
      readonly kind: 'events'
      readonly room: RoomId
      readonly epoch: Epoch
      readonly events: readonly RoomEvent[]
      /** Trace context (W3C), so that the traces of several nodes make one. */
      readonly trace?: string | undefined
    }
  | {
      readonly kind: 'typing'
      readonly room: RoomId
      readonly member: MemberId
      readonly active: boolean
    }
  /** From a game client to those in its room at other nodes; never stored. */
  | {
      readonly kind: 'relay'
      readonly node: string
      readonly room: RoomId
      readonly data: string
      /** Base64, then. */
      readonly isBinary: boolean
      /** The message of the room that says the same. */
      readonly post?: MessageId | undefined
    }
  | { readonly kind: 'reads'; readonly room: RoomId; readonly positions: readonly ReadPosition[] }
  /** A member came in for the first time, or their name, role or standing changed. */
  | { readonly kind: 'member'; readonly member: StoredMember }
  | { readonly kind: 'settings'; readonly settings: StoredSettings }
  /** The device is nobody's any more, on whichever node it is connected. */
  | { readonly kind: 'device-forgotten'; readonly device: DeviceId }
  /** What hosts and moderators see changed in some other way: invites, bans. */
  | { readonly kind: 'admin' }
  | ClusterSignal

/** Hashes, constant-time comparison and randomness, from the platform. */
export interface Secrets {
  /** SHA-256, hex. */
  hash(secret: string): string
  /** Constant time whatever the inputs' lengths. */
  equal(a: string, b: string): boolean
  /** Whether `signature` is the Ed25519 signature of `text` by `publicKey` (both base64url). */
  verify(publicKey: string, text: string, signature: string): boolean
  /** 32 random bytes in base64url. */
  nonce(): string
  /** A time-ordered UUID. */
  uuid(): string
  /** In [0, 1); spreads the return of clients after a restart. */
  random(): number
}

/** Counts what operators and the hosting panel see. */
export interface Meter {
  /** `label` tells apart what has one name, such as close codes. */
  count(name: MeterName, by?: number, label?: string): void
  observe(name: ObservedName, value: number): void
}
export type ObservedName =
  | 'commit-ms'
  | 'commit-batch'
  | 'round-trip-ms'
  /** From a write coming in to its ack. */
  | 'ack-ms'
  /** From a write coming in, on whichever node, to its event being handed to the sockets of this one. */
  | 'delivery-ms'
  /** The same for what came from other nodes, until it arrived here. */
  | 'fan-out-lag-ms'
export type MeterName =
  | 'connections-opened'
  | 'connections-closed'
  /** By close code. */
  | 'sockets-closed'
  | 'handshakes-rejected'
  | 'messages-in'
  | 'messages-out'
  | 'writes-committed'
  | 'writes-duplicate'
  | 'writes-refused'
  | 'writes-held'
  | 'writes-unavailable'
  | 'frames-malformed'
  /** Messages that were too large, too slow or one too many before they were whole. */
  | 'frames-unfinished'
  | 'slow-consumers'
  /** Connections that heeded no limit. */
  | 'floods-closed'
  | 'typing-dropped'
  | 'history-refused'
  | 'recoveries-events'
  | 'recoveries-reset'

/** For operators. Never given a secret, a key or the text of a message. */
export interface Log {
  info(fields: Readonly<Record<string, unknown>>, message: string): void
  warn(fields: Readonly<Record<string, unknown>>, message: string): void
}

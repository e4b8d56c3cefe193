import { NO_CHANNEL } from '../../protocol/device-proof.ts'
import {
  DEFAULT_RECOVERY_LIMIT,
  MAX_FRAME_BYTES,
  MAX_ROOM_NAME_LENGTH,
  MAX_TEXT_LENGTH,
} from '../../protocol/limits.ts'
import type { Welcome } from '../../protocol/server-messages.ts'
import type { BucketSize } from './rate-limit.ts'
import { WRONG_TRIES } from './tries.ts'

/** Everything about the hub that an operator or a test may set. Times are milliseconds. */
export interface HubOptions {
  /** What lets newcomers in besides the session's own invites; `open` needs nothing at all. */
  readonly admission:
    | { readonly kind: 'open' }
    | { readonly kind: 'invites' }
    | { readonly kind: 'secret'; readonly secret: string }
  /** Of the key that members pin, as a proof names it; `NO_CHANNEL` where they pin none. */
  readonly channel: string
  /** Nobody comes in without a bearer token, devices that are known neither. */
  readonly requireToken: boolean
  /** Read at each, since it can be reloaded. */
  readonly connections: { readonly max: number }
  /** Longest frame that is taken from a client, in bytes. */
  readonly frameBytes: number
  readonly helloTimeoutMs: number
  readonly heartbeat: { readonly intervalMs: number; readonly timeoutMs: number }
  /** Most missed events of a room that are sent as events (D10). */
  readonly recoveryLimit: number
  /** Messages in the newest page of a snapshot. */
  readonly resetPageMessages: number
  readonly writes: WriteLimits
  /**
   * What a person may do to rooms: each creation, change and membership is one, so that a group of 500 costs
   * 501. Without it a single device could write thousands of events a second past the limits of writing.
   */
  readonly roomChanges: { readonly burst: number; readonly perMinute: number }
  /** People the session knows, here or not; each is announced to everyone else and kept for ever. */
  readonly maxMembers: number
  /** Of a person: typing beyond it is not passed on, history beyond it is refused for a while. */
  readonly typing: BucketSize
  readonly history: BucketSize
  /** Writes from one address, whoever makes them; loopback is not counted. */
  readonly addressWrites: BucketSize
  /** Wrong proofs, secrets and tokens of one address, loopback too (I12). */
  readonly wrongTries: BucketSize
  /** Requests, typing, reads and the like, for each connection. */
  readonly signalsPerSecond: number
  readonly signalBurst: number
  readonly malformedPerMinute: number
  readonly offlineGraceMs: number
  readonly typingExpiryMs: number
  readonly defaultRoomName: string
  /** Clients come back after a random delay in this range. */
  readonly comeBackMs: { readonly from: number; readonly to: number }
}

export interface WriteLimits {
  readonly perMinute: number
  readonly burst: number
  /** What an outbox may have saved up, on top of the burst. */
  readonly saved: number
  /** Writes against a `held` answer within a minute before the connection is closed. */
  readonly floodPerMinute: number
}

export const defaultHubOptions: Omit<HubOptions, 'admission'> = {
  channel: NO_CHANNEL,
  requireToken: false,
  connections: { max: 10_000 },
  frameBytes: MAX_FRAME_BYTES,
  helloTimeoutMs: 10_000,
  heartbeat: { intervalMs: 30_000, timeoutMs: 10_000 },
  recoveryLimit: DEFAULT_RECOVERY_LIMIT,
  resetPageMessages: 50,
  writes: { perMinute: 60, burst: 10, saved: 1_000, floodPerMinute: 200 },
  roomChanges: { burst: 2_000, perMinute: 600 },
  typing: { burst: 60, perMinute: 240 },
  history: { burst: 600, perMinute: 600 },
  // A whole company behind one address is no flood.
  addressWrites: { burst: 10_000, perMinute: 30_000 },
  wrongTries: WRONG_TRIES,
  // The default group with all of them in it still fits one frame.
  maxMembers: 10_000,
  signalsPerSecond: 50,
  signalBurst: 500,
  malformedPerMinute: 10,
  offlineGraceMs: 5_000,
  typingExpiryMs: 5_000,
  defaultRoomName: 'general',
  comeBackMs: { from: 500, to: 3_000 },
}

export function welcomeLimits(options: HubOptions): Welcome['limits'] {
  return {
    textLength: Math.min(MAX_TEXT_LENGTH, textLengthIn(options.frameBytes)),
    frameBytes: options.frameBytes,
    roomNameLength: MAX_ROOM_NAME_LENGTH,
    recoveryEvents: options.recoveryLimit,
  }
}

/** Of a post around its text, with everything it may have. */
const POST_BYTES = 256
/** JSON writes a control character as \u0001. */
const BYTES_OF_CHARACTER = 6

/** The longest text that fits such a frame whatever it is made of. */
function textLengthIn(frameBytes: number): number {
  return Math.floor((frameBytes - POST_BYTES) / BYTES_OF_CHARACTER)
}

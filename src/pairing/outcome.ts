import type { MemberId } from '../protocol/ids.ts'
import type { Invite } from '../protocol/invite.ts'
import type { RefusalCode } from './messages.ts'

export type PairingFailureKind =
  | Exclude<RefusalCode, 'mismatch' | 'malformed'>
  /** What was typed cannot be a code. */
  | 'not-a-code'
  /** The host does not know the code, or somebody sits in between: the two look the same. */
  | 'wrong-code'
  | 'wrong-passphrase'
  /** Nobody answers at the address. */
  | 'unreachable'
  /** Somebody answers who does not speak this protocol. */
  | 'not-a-host'
  /** Another key than the one announced, or than the one the invite names. */
  | 'other-key'
  | 'other-session'
  | 'timeout'
  | 'aborted'
  /** Neither announcements nor the networks of this computer lead to a host with this code. */
  | 'not-found'

export interface PairingFailure {
  readonly kind: 'failed'
  readonly why: PairingFailureKind
  /** Milliseconds. */
  readonly retryAfterMs?: number
  /** For the log. */
  readonly detail?: string
}

export type PairingOutcome =
  | {
      readonly kind: 'paired'
      /** Names the key that was proved; the address that worked comes first. */
      readonly invite: Invite
      /** The member whose further device this is to be; `token` admits it, once. */
      readonly member?: { readonly id: MemberId; readonly name: string; readonly token: string }
    }
  | PairingFailure

export function failed(
  why: PairingFailureKind,
  more: { readonly retryAfterMs?: number | undefined; readonly detail?: string } = {},
): PairingFailure {
  const { retryAfterMs, detail } = more
  return {
    kind: 'failed',
    why,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(detail === undefined ? {} : { detail }),
  }
}

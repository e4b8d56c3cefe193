import type { ErrorCode } from '../protocol/errors.ts'

/** Failures a window must be able to tell apart. Everything the server may refuse with, and what only this side knows. */
export type FailureKind =
  | ErrorCode
  | 'invalid-arguments'
  | 'forbidden-sender'
  | 'no-such-session'
  | 'offline' // needs the server, and it cannot be reached now
  | 'timeout'
  | 'invalid-invite'
  | 'already-joined'
  | 'not-hosting'
  | 'already-hosting'
  | 'port-in-use'
  | 'server-failed' // the embedded server did not start; the message says why
  | 'no-profile' // a name must be set first
  | 'wrong-code' // nobody who can be reached made this code, or it is wrong
  | 'wrong-passphrase'
  | 'too-many-tries' // the host takes no more guesses for a while
  | 'unreachable' // nobody answers there; the message says which step failed
  | 'not-a-host' // something else answers there
  | 'other-key' // another key answered than the one that was shown and confirmed
  | 'cancelled'
  | 'internal'

export interface Failure {
  readonly kind: FailureKind
  /** One sentence for a person: what happened, and the limit or the fix. */
  readonly message: string
}

/** Expected failures cross the bridge as values; a rejected promise is a bug. */
export type Result<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly failure: Failure }

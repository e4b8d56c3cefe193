import type { ErrorCode } from '../protocol/errors.ts'

/** What a client call can fail with. A subset of the kinds the bridge to the windows carries. */
export type ClientFailureKind =
  | ErrorCode
  | 'invalid-arguments'
  | 'offline' // needs the server, and it cannot be reached now
  | 'timeout'
  | 'internal' // the local database cannot be used; the message says why

export interface ClientFailure {
  readonly kind: ClientFailureKind
  /** One sentence for a person: what happened, and the limit or the fix. */
  readonly message: string
}

/** Expected failures are values; a throw is a bug. */
export type ClientResult<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly failure: ClientFailure }

export function succeed<Value>(value: Value): ClientResult<Value> {
  return { ok: true, value }
}

export function fail(
  kind: ClientFailureKind,
  message: string,
): { ok: false; failure: ClientFailure } {
  return { ok: false, failure: { kind, message } }
}

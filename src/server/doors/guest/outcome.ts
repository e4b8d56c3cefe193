import type { ErrorCode } from '../../../protocol/errors.ts'

/** What became of something a client of a door asked for. */
export type Outcome<Value> = { readonly kind: 'ok'; readonly value: Value } | Fault

export interface Fault {
  readonly kind: 'fault'
  readonly code: ErrorCode
  /** For the client's developer, and shown to people where their client shows errors. */
  readonly message: string
}

export function ok<Value>(value: Value): Outcome<Value> {
  return { kind: 'ok', value }
}

export function fault(code: ErrorCode, message: string): Fault {
  return { kind: 'fault', code, message }
}

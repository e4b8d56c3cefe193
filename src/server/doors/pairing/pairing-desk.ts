import type { SessionId } from '../../../protocol/ids.ts'
import type { GrantedInvite, GrantedLink } from '../../../pairing/messages.ts'

/** What somebody proved to know. */
export type Proved =
  | { readonly kind: 'code'; readonly code: string }
  | { readonly kind: 'passphrase' }

export type Grant =
  | {
      readonly kind: 'granted'
      readonly invite: GrantedInvite
      /** With a code for a further device: whose it is to be. */
      readonly member?: GrantedLink
    }
  /** Nobody new is let in, the code ended meanwhile, or the store cannot answer. */
  | { readonly kind: 'refused'; readonly code: 'locked' | 'no-code' | 'unavailable' }

/** What anyone on the network may know of the session before joining. */
export interface SessionNotice {
  readonly id: SessionId
  readonly name: string
  readonly people: number
  /** Each new person waits for the host. */
  readonly approval: boolean
  /** Whoever finds the session may come in. */
  readonly open: boolean
  /** Bearer tokens let people in, or are asked of everybody. */
  readonly tokens: 'none' | 'taken' | 'needed'
}

/** Codes, passphrase and invites are the session's; the door only finds out who knows them. */
export interface PairingDesk {
  notice(): SessionNotice
  /** Eight characters each, with different selectors; those that are good now. */
  codes(): Promise<readonly string[]>
  /** Stretched (`pairing/passphrase.ts`); null when there is none. */
  passphrase(): string | null
  /** Makes the invite; asked only after the proof, once for each pairing. */
  granted(proved: Proved, address: string): Promise<Grant>
  /** Guessed at too often: it must not be listed again, and the host must be told. */
  exhausted(code: string): void
  /** Guessing was stopped, lately from this address: for the audit log. Told at most once in ten minutes. */
  guessing(what: Proved['kind'], address: string): void
}

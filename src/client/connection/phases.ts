import type { ClientMessage } from '../../protocol/client-messages.ts'
import type { ErrorCode } from '../../protocol/errors.ts'
import type { ServerMessageOf } from '../../protocol/server-messages.ts'
import type { TokenWish } from '../token-source.ts'
import type { DistrustReason, MemberHint, RefusalReason, TokenReason } from '../views.ts'

/** Times are milliseconds of the monotonic clock (D19). */
export type Phase =
  | {
      readonly state: 'offline'
      readonly why: 'disconnected' | 'no-network'
      /** Without a network it is still tried now and then: the news of its loss may be wrong (D5). */
      readonly retryAt: number | null
    }
  /** The source of bearer tokens is asked, before anybody is dialled. */
  | {
      readonly state: 'signing-in'
      /** What it comes to when there is none; null: then it is tried without one. */
      readonly reason: TokenReason | null
      readonly deadline: number
    }
  | {
      readonly state: 'connecting'
      readonly attempt: number
      readonly round: Round
      readonly since: number
      readonly deadline: number
    }
  | {
      readonly state: 'authenticating'
      readonly attempt: number
      readonly round: Round
      readonly since: number
      readonly deadline: number
    }
  /** The proof held; the host has to let this person in (I7). */
  | {
      readonly state: 'awaiting-approval'
      readonly round: Round
      readonly since: number
      readonly heardAt: number
    }
  | {
      readonly state: 'catching-up'
      readonly received: number
      readonly total: number
      readonly link: Link
    }
  | { readonly state: 'online'; readonly link: Link }
  | {
      readonly state: 'waiting'
      readonly reason: WaitingReason
      readonly attempt: number
      readonly retryAt: number
    }
  | {
      readonly state: 'refused'
      readonly reason: RefusalReason
      /** Whom the token that was shown belongs to. */
      readonly owner?: MemberHint
    }

/** One pass over the addresses: an attempt has failed when none of them let us in. */
export interface Round {
  /** Index of the address in use. */
  readonly address: number
  /** Strangers' addresses, which are passed over, included. */
  readonly tried: number
  /** How many of them answered that they serve another session. */
  readonly elsewhere: number
}

/** A connection that let us in, and what we know of its health (D13). */
export interface Link {
  readonly since: number
  readonly heardAt: number
  /** Silence of this length means the peer is gone. */
  readonly silenceLimit: number
  readonly probe: { readonly nonce: number; readonly deadline: number } | null
  /** Set once the server said it is about to restart (D16). */
  readonly comeBackAfter: number | null
  /** The server's clock less the monotonic one here; times it names are read by this alone (D19). */
  readonly serverAhead: number
  /** Null where no bearer token was shown. */
  readonly stay: Stay | null
}

/** Until when a connection may stay that came by a bearer token (null: not known), and what is done about it. */
export type Stay =
  /** The next token is looked for at `askAt`. */
  | { readonly kind: 'good'; readonly endsAt: number | null; readonly askAt: number | null }
  | { readonly kind: 'asked'; readonly endsAt: number | null; readonly until: number }
  /** The server has been sent the next one, and looks at it; what comes meanwhile is held. */
  | {
      readonly kind: 'offered'
      readonly endsAt: number | null
      readonly token: string
      readonly ref: number
      readonly until: number
    }
  /** It could not look at it: the held one is offered again at `askAt`. */
  | { readonly kind: 'put-off'; readonly endsAt: number | null; readonly askAt: number }
  /** There is none: a person should be told. */
  | { readonly kind: 'unanswered'; readonly endsAt: number | null }

/** The bearer tokens of this device. They are secrets: a machine is never logged nor stored. */
export interface Tokens {
  /** Whether there is somebody to ask, and whether they were asked since a person last wanted it. */
  readonly source: 'none' | 'unasked' | 'asked'
  /** What the next proof shows. */
  readonly held: string | null
  /** What the server of the newest connection was shown. */
  readonly shown: string | null
  /** Refusals in a row. */
  readonly refusals: number
  /** How often in a row a connection was let in and soon shut out for its token. */
  readonly brief: number
  /** Known to be no good, and why: not shown again unless a person gives it again. */
  readonly spurned: { readonly token: string; readonly reason: TokenReason } | null
  /** The server has not said that it lets this device in by a token only. */
  readonly maybeWithout: boolean
}

export type WaitingReason =
  | 'unreachable'
  | 'lost'
  | 'restarting'
  | 'stopped' // the host ended the session for now
  | 'session-full'
  | 'too-many' // people at its door, or devices of this person
  | 'too-slow'
  | 'rate-limited'
  | 'unavailable'
  | 'not-understood'
  | 'not-stored' // this computer could not keep what arrived
  | 'stranger' // somebody else answers at one address, nobody at the others

export interface Stranger {
  readonly address: string
  readonly why: DistrustReason
}

export interface Machine {
  readonly phase: Phase
  readonly addresses: readonly string[]
  /** Index of the address that worked last. */
  readonly preferred: number
  /** Failed attempts since the session was last live. */
  readonly failures: number
  /** When this device was lately said to have connected again. */
  readonly superseded: readonly number[]
  /** Addresses where somebody answered who is not believed: not dialled again until a person asks. */
  readonly strangers: readonly Stranger[]
  readonly tokens: Tokens
  readonly networkGone: boolean
  /** The host said that it ends the session; so nobody answering is no wonder. */
  readonly stopped: boolean
  readonly suspended: boolean
  readonly nextNonce: number
}

export type Input =
  | { readonly kind: 'connect' } // the person wants to be connected
  | { readonly kind: 'connect-now' } // … and does not want to wait
  | { readonly kind: 'disconnect' }
  | { readonly kind: 'reconnect' } // the handshake must be made anew (renamed)
  | { readonly kind: 'addresses'; readonly addresses: readonly string[] }
  | { readonly kind: 'suspend' }
  | { readonly kind: 'resume' }
  | { readonly kind: 'network-change' }
  | { readonly kind: 'network-lost' }
  | { readonly kind: 'network-back' }
  | { readonly kind: 'opened' }
  | { readonly kind: 'heard' }
  | { readonly kind: 'challenge'; readonly nonce: string }
  | { readonly kind: 'approval' } // the host has to let us in
  | { readonly kind: 'welcome'; readonly welcome: ServerMessageOf<'welcome'> }
  /** `bare`: this device was never let in, and has nothing but a token to be let in by. */
  | {
      readonly kind: 'rejected'
      readonly rejected: ServerMessageOf<'rejected'>
      readonly bare?: boolean
    }
  | {
      readonly kind: 'bye'
      readonly reconnectAfterMs: number
      readonly reason: ServerMessageOf<'bye'>['reason']
    }
  | { readonly kind: 'pong'; readonly nonce: number }
  | { readonly kind: 'plan'; readonly events: number }
  | { readonly kind: 'received'; readonly events: number }
  | { readonly kind: 'synced' }
  | { readonly kind: 'closed'; readonly code: number }
  | { readonly kind: 'token'; readonly token: string | null } // what the source has answered
  | { readonly kind: 'sign-in'; readonly token: string } // the person gives one
  /** `ref`: of the offer that is answered, where the server repeats it. */
  | { readonly kind: 'token-taken'; readonly expiresAt: number; readonly ref?: number | undefined }
  | { readonly kind: 'token-fault'; readonly code: ErrorCode; readonly ref?: number | undefined } // it was not taken
  | { readonly kind: 'distrusted'; readonly why: DistrustReason } // who answered is not the host
  | { readonly kind: 'broken' } // what the server sent could not be stored
  | { readonly kind: 'tick' }

export type Effect =
  | { readonly kind: 'dial'; readonly address: string }
  | { readonly kind: 'hello' }
  | { readonly kind: 'prove'; readonly nonce: string; readonly token: string | null }
  | { readonly kind: 'ask-token'; readonly why: TokenWish }
  | { readonly kind: 'sync'; readonly welcome: ServerMessageOf<'welcome'> }
  | { readonly kind: 'send'; readonly message: ClientMessage }
  /** Closes politely. */
  | { readonly kind: 'close'; readonly code: number; readonly reason: string }
  /** Cuts at once. */
  | { readonly kind: 'drop' }
  | { readonly kind: 'remember'; readonly address: string }
  /** The server has said that this token lets this device in no more, or never did. */
  | { readonly kind: 'token-over'; readonly token: string; readonly reason: TokenReason }

export interface Step {
  readonly machine: Machine
  readonly effects: readonly Effect[]
}

/** What the world was when the input arrived: monotonic milliseconds and one random number in [0, 1). */
export interface Moment {
  readonly at: number
  readonly random: number
}

/** What windows are shown while a person finds and joins a session without an invite link. */
import { z } from 'zod'
import { isAddress } from '../protocol/invite.ts'
import { sessionIdSchema } from '../protocol/ids.ts'
import type { SessionId } from '../protocol/ids.ts'

/** A session on the network, or whatever answers at an address a person typed. */
export const joinTargetSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('found'), session: sessionIdSchema }),
  z.object({
    kind: z.literal('address'),
    /** `host:port`; the port may be left out by the person, the window adds the usual one. */
    address: z.string().max(300).refine(isAddress, 'must be host:port'),
  }),
])
export type JoinTarget = z.infer<typeof joinTargetSchema>

/** What a host says of its session, and the key it showed while saying so. */
export interface JoinOffer {
  readonly sessionId: SessionId
  readonly name: string
  /** The computer; empty when it does not say. */
  readonly host: string
  readonly people: number
  readonly fingerprint: string
  /** For comparing with what the host's screen shows. */
  readonly keyWords: readonly string[]
  /** Who finds it may come in. */
  readonly open: boolean
  /** The host has to let newcomers in. */
  readonly approval: boolean
  /** It can be joined by a passphrase. */
  readonly passphrase: boolean
  /** Whether a bearer token lets in, or is asked of everybody; older hosts do not say. */
  readonly tokens: 'none' | 'taken' | 'needed' | 'unknown'
  /** An authority this computer trusts vouches for the address: there is no key to compare. */
  readonly vouched: boolean
  readonly joined: boolean
  readonly compatible: boolean
}

/** A session some computer on this network announces. */
export interface FoundSessionView {
  readonly sessionId: SessionId
  readonly name: string
  /** The computer that hosts it; empty when it does not say. */
  readonly host: string
  readonly people: number
  readonly passphrase: boolean
  /** Who finds it may come in without an invite. */
  readonly open: boolean
  /** It is in this profile's list already. */
  readonly joined: boolean
  /** False when it speaks no version of the protocol this app speaks. */
  readonly compatible: boolean
}

/** One way of finding or reaching the host, as it is tried. */
export interface JoinStep {
  readonly way: 'announcement' | 'probe' | 'address' | 'code' | 'passphrase' | 'key'
  readonly state: 'trying' | 'done' | 'failed' | 'skipped'
  /** A sentence: what is done or, when it failed, why and what to do. */
  readonly words: string
}

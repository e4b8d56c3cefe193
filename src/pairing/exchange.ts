/**
 * The two sides of a pairing, without any socket: frames in, frames out. The password is a code or a stretched
 * passphrase; the key they agree on is bound to the session and to the key of the TLS channel as each side sees
 * it, so that nobody who ends the encryption in between can pass the messages on.
 */
import {
  beginRun,
  confirmationOf,
  type CpaceRun,
  isSame,
  lvCat,
  SCALAR_BYTES,
  sessionKey,
} from './cpace.ts'
import type { Means } from './messages.ts'

export type RandomBytes = (count: number) => Uint8Array

export interface Binding {
  readonly means: Means
  readonly sessionId: string
  /** Fingerprint of the TLS key at the host's end of this connection, or `NO_CHANNEL` within this computer. */
  readonly channel: string
  readonly joinerNonce: Uint8Array
  readonly hostNonce: Uint8Array
  readonly password: string
}

/** Sent along with the shares, in thought: both sides know them, and they keep the directions apart. */
const JOINER = new TextEncoder().encode('joiner')
const HOST = new TextEncoder().encode('host')

export interface JoinerExchange {
  readonly share: Uint8Array
  /** Believes the host or not; its own confirmation is made only for a host that is believed. */
  check(
    hostShare: Uint8Array,
    confirmation: Uint8Array,
  ): { readonly kind: 'believed'; readonly confirm: Uint8Array } | { readonly kind: 'wrong' }
}

export function beginAsJoiner(binding: Binding, random: RandomBytes): JoinerExchange {
  const { run, sid } = begin(binding, random)
  return {
    share: run.share,
    check(hostShare, confirmation) {
      const secret = run.agree(hostShare)
      if (secret === null) return { kind: 'wrong' }
      const mine = { share: run.share, data: JOINER }
      const theirs = { share: hostShare, data: HOST }
      const key = sessionKey(sid, secret, mine, theirs)
      if (!isSame(confirmation, confirmationOf(sid, key, theirs))) return { kind: 'wrong' }
      return { kind: 'believed', confirm: confirmationOf(sid, key, mine) }
    },
  }
}

export interface HostAnswer {
  readonly share: Uint8Array
  readonly confirm: Uint8Array
  /** Whether the joiner knows the password, on this channel. */
  isConfirmed(confirmation: Uint8Array): boolean
}

/** Null for a share that is none. The answer lets the joiner try one password: count it before sending. */
export function answerAsHost(
  binding: Binding,
  joinerShare: Uint8Array,
  random: RandomBytes,
): HostAnswer | null {
  const { run, sid } = begin(binding, random)
  const secret = run.agree(joinerShare)
  if (secret === null) return null
  const mine = { share: run.share, data: HOST }
  const theirs = { share: joinerShare, data: JOINER }
  const key = sessionKey(sid, secret, theirs, mine)
  return {
    share: run.share,
    confirm: confirmationOf(sid, key, mine),
    isConfirmed: (confirmation) => isSame(confirmation, confirmationOf(sid, key, theirs)),
  }
}

function begin(binding: Binding, random: RandomBytes): { run: CpaceRun; sid: Uint8Array } {
  const { means, sessionId, channel, joinerNonce, hostNonce, password } = binding
  const encoder = new TextEncoder()
  const sid = lvCat(joinerNonce, hostNonce)
  const fields = ['landline pairing 1', 'joiner', 'host', sessionId, channel, means.kind]
  const selector = means.kind === 'code' ? means.selector : ''
  const inputs = {
    password: encoder.encode(password),
    channel: lvCat(...[...fields, selector].map((field) => encoder.encode(field))),
    sid,
  }
  return { run: beginRun(inputs, random(SCALAR_BYTES)), sid }
}

import { createHmac, timingSafeEqual } from 'node:crypto'
import type { SessionId } from '../protocol/ids.ts'

const CONTEXT = 'landline discovery 1'
const PROOF_BYTES = 16

/** What the proof vouches for: who is there, where, and with which key. */
export interface Claim {
  readonly sessionId: SessionId
  readonly addresses: readonly string[]
  readonly fingerprint?: string
}

/**
 * Anybody can announce anything, and a client shows the join secret and its member key to the address it
 * dials. So an announcement is keyed with the join secret: whoever knows the secret can
 * tell it from an impostor's before dialling. What an eavesdropper may repeat is what an invite says anyway.
 * The secret must be random: with a guessable one, a listener could try guesses at leisure.
 */
export function proofOf(secret: string, claim: Claim): string {
  return digest(secret, claim).toString('base64url')
}

export function isProven(secret: string, claim: Claim & { readonly proof?: string }): boolean {
  if (claim.proof === undefined) return false
  const given = Buffer.from(claim.proof, 'base64url')
  const wanted = digest(secret, claim)
  return given.length === wanted.length && timingSafeEqual(given, wanted)
}

function digest(secret: string, { sessionId, addresses, fingerprint }: Claim): Buffer {
  // Sorted: the order only says what to try first, and the reader arranges it anew.
  const text = [CONTEXT, sessionId, fingerprint ?? '', ...addresses.toSorted()].join('\n')
  return createHmac('sha256', secret).update(text).digest().subarray(0, PROOF_BYTES)
}

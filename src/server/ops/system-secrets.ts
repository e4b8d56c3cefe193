import {
  createHash,
  createPublicKey,
  type KeyObject,
  randomBytes,
  timingSafeEqual,
  verify,
} from 'node:crypto'
import { uuidv7 } from 'uuidv7'
import type { Secrets } from '../hub/ports.ts'

export function systemSecrets(): Secrets {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  return {
    hash: (secret) => digest(secret).toString('hex'),
    // Digests have one length, so neither content nor length shows in the time.
    equal: (a, b) => timingSafeEqual(digest(a), digest(b)),
    verify: verifySignature,
    nonce: () => randomBytes(32).toString('base64url'),
    uuid: () => uuidv7(),
    random: () => Math.random(),
  }
}

/** False too for a key that is no point of the curve. */
export function verifySignature(publicKey: string, text: string, signature: string): boolean {
  try {
    return verify(null, Buffer.from(text), keyOf(publicKey), Buffer.from(signature, 'base64url'))
  } catch {
    return false
  }
}

function keyOf(publicKey: string): KeyObject {
  // Node finds out what kind of thing it was given by errors it catches: their stacks cost more than the key.
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 0
  try {
    return createPublicKey({
      key: { kty: 'OKP', crv: 'Ed25519', x: publicKey },
      format: 'jwk',
    })
  } finally {
    Error.stackTraceLimit = stackTraceLimit
  }
}

import { createPrivateKey, createPublicKey, sign, type KeyObject } from 'node:crypto'

/** What comes before the 32 bytes of an Ed25519 private key in PKCS #8 (RFC 8410, 10.3). */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex')

export interface DeviceKey {
  /** 32 bytes in base64url, as `hello` carries it. */
  readonly publicKey: string
  /** 64 bytes in base64url. */
  sign(text: string): string
}

/** `seed`: 32 random bytes in base64url, known to this device only. */
export function deviceKeyOf(seed: string): DeviceKey {
  const der = Buffer.concat([PKCS8_PREFIX, Buffer.from(seed, 'base64url')])
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
  return {
    publicKey: publicPart(key),
    sign: (text) => sign(null, Buffer.from(text), key).toString('base64url'),
  }
}

function publicPart(key: KeyObject): string {
  const { x } = createPublicKey(key).export({ format: 'jwk' })
  if (x === undefined) throw new Error('an Ed25519 key has no public part')
  return x
}

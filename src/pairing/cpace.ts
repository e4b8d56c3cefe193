/**
 * CPace (draft-irtf-cfrg-cpace-21) over ristretto255 with SHA-512, initiator and responder: two parties that
 * know the same short password get a key, and whoever sits between them can try one password for each run,
 * not more, and never at leisure.
 */
import { ristretto255, ristretto255_hasher } from '@noble/curves/ed25519.js'
import { createHash, createHmac, timingSafeEqual } from 'node:crypto'

const encoder = new TextEncoder()
const DSI = encoder.encode('CPaceRistretto255')
const DSI_ISK = encoder.encode('CPaceRistretto255_ISK')
const MAC_LABEL = encoder.encode('CPaceMac')
/** Input block of SHA-512. */
const BLOCK_BYTES = 128
export const SHARE_BYTES = 32
export const SCALAR_BYTES = 32
export const TAG_BYTES = 64

export interface CpaceInputs {
  /** PRS: what both know. */
  readonly password: Uint8Array
  /** CI: who talks to whom, over which channel. */
  readonly channel: Uint8Array
  /** Unique to this run. */
  readonly sid: Uint8Array
}

/** A public share and the data sent along with it. */
export interface Share {
  readonly share: Uint8Array
  readonly data: Uint8Array
}

/** The secret of one run; use it for that run only. */
export interface CpaceRun {
  /** To be sent. */
  readonly share: Uint8Array
  /** The secret point with the other share; null when that is no share to go on with: abort. */
  agree(theirs: Uint8Array): Uint8Array | null
}

/** `random` are 32 fresh random bytes. */
export function beginRun(inputs: CpaceInputs, random: Uint8Array): CpaceRun {
  const secret = scalarFrom(random)
  const generator = generatorOf(inputs)
  return {
    share: generator.multiply(secret).toBytes(),
    agree: (theirs) => multiplyVerified(secret, theirs),
  }
}

/** ISK: the same on both sides when password, channel, sid and both shares are. */
export function sessionKey(
  sid: Uint8Array,
  secretPoint: Uint8Array,
  initiator: Share,
  responder: Share,
): Uint8Array {
  return createHash('sha512')
    .update(lvCat(DSI_ISK, sid, secretPoint))
    .update(lvCat(initiator.share, initiator.data))
    .update(lvCat(responder.share, responder.data))
    .digest()
}

/** Key confirmation (section 10.4): shows that whoever sent `mine` has the key. */
export function confirmationOf(sid: Uint8Array, key: Uint8Array, mine: Share): Uint8Array {
  const macKey = createHash('sha512').update(MAC_LABEL).update(sid).update(key).digest()
  return createHmac('sha512', macKey).update(lvCat(mine.share, mine.data)).digest()
}

/** In constant time. */
export function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b)
}

/** Each part with its length before it (LEB128), so that no two lists of parts give the same bytes. */
export function lvCat(...parts: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(parts.flatMap((part) => [lengthOf(part.length), part]))
}

function lengthOf(length: number): Uint8Array {
  const bytes: number[] = []
  let rest = length
  do {
    bytes.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0))
    rest >>= 7
  } while (rest > 0)
  return Uint8Array.from(bytes)
}

/** Padded so that password and label fill the first block, whatever the password's length. */
export function generatorString({ password, channel, sid }: CpaceInputs): Uint8Array {
  const used = lengthOf(password.length).length + password.length + 1 + DSI.length
  const padding = new Uint8Array(Math.max(0, BLOCK_BYTES - 1 - used))
  return lvCat(DSI, password, padding, channel, sid)
}

export function generatorOf(inputs: CpaceInputs): InstanceType<typeof ristretto255.Point> {
  const derive = ristretto255_hasher.deriveToCurve
  if (derive === undefined) throw new Error('the curve library cannot derive elements')
  return derive(createHash('sha512').update(generatorString(inputs)).digest())
}

/** Recommended sampling: the bits above 252 cleared, so always below the order of the group. */
export function scalarFrom(random: Uint8Array): bigint {
  if (random.length !== SCALAR_BYTES) throw new Error('a scalar is made of 32 random bytes')
  let scalar = 0n
  for (const [index, byte] of [...random].entries()) scalar |= BigInt(byte) << BigInt(8 * index)
  scalar &= (1n << 252n) - 1n
  if (scalar === 0n) throw new Error('the source of randomness is broken')
  return scalar
}

/** Null for what is not a share, and for the neutral element: with these the protocol must end. */
export function multiplyVerified(scalar: bigint, encoded: Uint8Array): Uint8Array | null {
  try {
    const product = ristretto255.Point.fromBytes(encoded).multiply(scalar)
    return product.is0() ? null : product.toBytes()
  } catch {
    // The library throws for every encoding that is not canonical.
    return null
  }
}

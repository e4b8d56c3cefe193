import { ed25519 } from '@noble/curves/ed25519.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { utf8ToBytes } from '@noble/hashes/utils.js'
import type { DeviceId, MemberId } from '../protocol/ids.ts'

/** Who a bot is: all of it is in its token, so that it has nothing else to keep. */
export interface BotIdentity {
  readonly member: MemberId
  readonly device: DeviceId
  /** Ed25519 public key, base64url. */
  readonly key: string
  sign(text: string): string
}

export function botIdentityOf(token: string): BotIdentity {
  const digest = (label: string): Uint8Array => sha256(utf8ToBytes(`${label}\n${token}`))
  const seed = digest('landline bot key')
  return {
    member: uuidOf(digest('landline bot member'), 8) as MemberId,
    device: uuidOf(digest('landline bot device'), 8) as DeviceId,
    key: base64Url(ed25519.getPublicKey(seed)),
    sign: (text) => base64Url(ed25519.sign(utf8ToBytes(text), seed)),
  }
}

/** Of the first 16 bytes, as RFC 9562 has it. */
export function uuidOf(bytes: Uint8Array, version: number): string {
  const own = bytes.slice(0, 16)
  own[6] = ((own[6] ?? 0) & 0x0f) | (version << 4)
  own[8] = ((own[8] ?? 0) & 0x3f) | 0x80
  const hex = [...own].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  const parts = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20)]
  return [...parts, hex.slice(20)].join('-')
}

/** Time-ordered and random. Without `crypto.randomUUID`, which pages have only where they are encrypted. */
export function newUuid(now: number): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  for (let index = 0; index < 6; index++) bytes[index] = Math.floor(now / 256 ** (5 - index)) % 256
  return uuidOf(bytes, 7)
}

function base64Url(bytes: Uint8Array): string {
  const binary = [...bytes].map((byte) => String.fromCharCode(byte)).join('')
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

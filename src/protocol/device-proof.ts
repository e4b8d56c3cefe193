/**
 * What a device signs to prove that it holds its key (I2). Everything that must not be passed on is in the text:
 * the session, the key of the TLS channel as this side knows it, and the challenge of this very connection.
 */
import { z } from 'zod'
import type { DeviceId, MemberId, SessionId } from './ids.ts'

/** Ed25519 public key: 32 bytes in base64url. */
export const deviceKeySchema = z
  .string()
  .regex(/^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/, 'must be 32 bytes in base64url')
/** Ed25519 signature: 64 bytes in base64url. */
export const signatureSchema = z
  .string()
  .regex(/^[A-Za-z0-9_-]{85}[AQgw]$/, 'must be 64 bytes in base64url')
/** 32 random bytes in base64url; good for one proof on one connection. */
export const nonceSchema = deviceKeySchema

/** Where no key is pinned: on loopback, or where an authority vouches for the server. */
export const NO_CHANNEL = '-'

export interface ProofFields {
  readonly session: SessionId
  /** Fingerprint of the host's key when the client pins it, else `NO_CHANNEL`. */
  readonly channel: string
  readonly nonce: string
  readonly member: { readonly id: MemberId; readonly name: string }
  readonly device: { readonly id: DeviceId; readonly key: string }
}

/** Names are one line (`memberNameSchema`), so that no field can reach into the next. */
export function proofText({ session, channel, nonce, member, device }: ProofFields): string {
  return [
    'landline device proof 2',
    session,
    channel,
    nonce,
    member.id,
    device.id,
    device.key,
    member.name,
  ].join('\n')
}

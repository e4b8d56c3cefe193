/**
 * What is said on `/pair`: JSON in text frames, WebSocket subprotocol `landline-pair.v1`. The joiner begins, the
 * host offers, shares cross, the host confirms first, the joiner confirms, the host grants.
 */
import { z } from 'zod'
import { SELECTOR_LENGTH } from '../protocol/code.ts'
import { fingerprintSchema } from '../protocol/fingerprint.ts'
import { memberIdSchema, sessionIdSchema } from '../protocol/ids.ts'
import { MAX_INVITE_ADDRESSES, MAX_SECRET_LENGTH, isAddress } from '../protocol/invite.ts'
import { MAX_SESSION_NAME_LENGTH } from '../protocol/limits.ts'
import { memberNameSchema, nameSchema, wellFormed } from '../protocol/records.ts'

export const PAIRING_PATH = '/pair'
export const PAIRING_SUBPROTOCOL = 'landline-pair.v1'
/** Either side closes at once over it. */
export const MAX_PAIRING_FRAME_BYTES = 4_096
/** From the connection to the end, on either side. */
export const PAIRING_TIMEOUT_MS = 10_000
export const NONCE_BYTES = 16

/** What is known on both sides. */
export const meansSchema = z.union([
  z.object({
    kind: z.literal('code'),
    selector: z
      .string()
      .regex(/^[0-9A-HJKMNP-TV-Z]{2}$/)
      .length(SELECTOR_LENGTH),
  }),
  z.object({ kind: z.literal('passphrase') }),
])
export type Means = z.infer<typeof meansSchema>

const bytes = (count: number): z.ZodType<Uint8Array, string> =>
  z
    .string()
    .max(96)
    .regex(/^[A-Za-z0-9_-]+$/)
    .transform((text) => Buffer.from(text, 'base64url'))
    .refine((decoded) => decoded.length === count)

const nonceField = bytes(NONCE_BYTES)
const shareField = bytes(32)
const tagField = bytes(64)

export const joinerMessageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('begin'), means: meansSchema, nonce: nonceField }),
  z.object({ type: z.literal('share'), share: shareField }),
  z.object({ type: z.literal('confirm'), confirm: tagField }),
])
export type JoinerMessage = z.infer<typeof joinerMessageSchema>

export const refusalCodeSchema = z.enum([
  'no-code', // no code with this selector is good now
  'no-passphrase', // the session has none
  'too-many-tries', // try again after `retryAfterMs`
  'busy', // too many people pair at this moment; try again after `retryAfterMs`
  'mismatch', // the joiner did not confirm: other password, or another channel
  'locked', // nobody new is let in now
  'unavailable', // the host cannot answer now
  'malformed',
])
export type RefusalCode = z.infer<typeof refusalCodeSchema>

/** Half a surrogate pair could never be written into a link. */
const secretSchema = z.string().min(1).max(MAX_SECRET_LENGTH).refine(wellFormed)

/** The parts of an invite; the joiner knows session, fingerprint and its own way to the host already. */
export const grantedInviteSchema = z.object({
  name: nameSchema(MAX_SESSION_NAME_LENGTH),
  addresses: z.array(z.string().refine(isAddress)).max(MAX_INVITE_ADDRESSES),
  secret: secretSchema.optional(),
  fingerprint: fingerprintSchema.optional(),
  tls: z.literal(true).optional(),
})
export type GrantedInvite = z.infer<typeof grantedInviteSchema>

/** The member whose further device the joiner is to be (I11). */
export const grantedLinkSchema = z.object({
  id: memberIdSchema,
  name: memberNameSchema,
  /** Admits one device, once. */
  token: secretSchema,
})
export type GrantedLink = z.infer<typeof grantedLinkSchema>

export const hostMessageSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('offer'),
    session: z.object({ id: sessionIdSchema, name: nameSchema(MAX_SESSION_NAME_LENGTH) }),
    nonce: nonceField,
  }),
  z.object({ type: z.literal('share'), share: shareField, confirm: tagField }),
  z.object({
    type: z.literal('granted'),
    invite: grantedInviteSchema,
    member: grantedLinkSchema.optional(),
  }),
  z.object({
    type: z.literal('refused'),
    code: refusalCodeSchema,
    retryAfterMs: z.int().min(0).max(86_400_000).optional(),
  }),
])
export type HostMessage = z.infer<typeof hostMessageSchema>

/** Bytes go as base64url. */
export function encodePairing(message: JoinerMessage | HostMessage): string {
  const fields = Object.entries(message).map(([name, value]): [string, unknown] => [
    name,
    value instanceof Uint8Array ? Buffer.from(value).toString('base64url') : value,
  ])
  return JSON.stringify(Object.fromEntries(fields))
}

export function decodeJoiner(frame: string): JoinerMessage | null {
  return decode(joinerMessageSchema, frame)
}

export function decodeHost(frame: string): HostMessage | null {
  return decode(hostMessageSchema, frame)
}

function decode<Message>(schema: z.ZodType<Message>, frame: string): Message | null {
  if (frame.length > MAX_PAIRING_FRAME_BYTES) return null
  try {
    const read = schema.safeParse(JSON.parse(frame))
    return read.success ? read.data : null
  } catch {
    return null
  }
}

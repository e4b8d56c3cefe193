import { createHash, createPrivateKey, createPublicKey } from 'node:crypto'
import {
  type DeviceId,
  deviceIdSchema,
  type MemberId,
  memberIdSchema,
  type MessageId,
  messageIdSchema,
} from '../../protocol/ids.ts'

export const BOT_TOKEN_PREFIX = 'llb_'
/** What comes before the 32 bytes of an Ed25519 private key in PKCS #8 (RFC 8410, 10.3). */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex')

/** Who a bot is, all of it made from its token. The server keeps the public key and nothing that signs. */
export interface BotIdentity {
  readonly member: MemberId
  readonly device: DeviceId
  /** Ed25519 public key, base64url. */
  readonly key: string
}

/** Who a webhook is: made of its secret, so that making it twice makes one. */
export function hookIdentityOf(secret: string): Omit<BotIdentity, 'key'> {
  return {
    member: memberIdSchema.parse(uuidOf(digest('landline hook member', secret))),
    device: deviceIdSchema.parse(uuidOf(digest('landline hook device', secret))),
  }
}

export function botIdentityOf(token: string): BotIdentity {
  const seed = digest('landline bot key', token)
  const key = createPrivateKey({
    key: Buffer.concat([PKCS8_PREFIX, seed]),
    format: 'der',
    type: 'pkcs8',
  })
  const { x } = createPublicKey(key).export({ format: 'jwk' })
  if (x === undefined) throw new Error('an Ed25519 key has no public part')
  return {
    member: memberIdSchema.parse(uuidOf(digest('landline bot member', token))),
    device: deviceIdSchema.parse(uuidOf(digest('landline bot device', token))),
    key: x,
  }
}

/** Of what is posted to a webhook under a key of the sender's: the same for ever (D4). */
export function keyedMessageId(integration: MemberId, key: string): MessageId {
  return messageIdSchema.parse(uuidOf(digest(`landline hook message ${integration}`, key)))
}

function digest(label: string, text: string): Buffer {
  return createHash('sha256').update(`${label}\n${text}`).digest()
}

/** Version 8 of RFC 9562: bytes of the maker's own. */
function uuidOf(bytes: Buffer): string {
  const own = Buffer.from(bytes.subarray(0, 16))
  own.writeUInt8((own.readUInt8(6) & 0x0f) | 0x80, 6)
  own.writeUInt8((own.readUInt8(8) & 0x3f) | 0x80, 8)
  const hex = own.toString('hex')
  const parts = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20)]
  return [...parts, hex.slice(20)].join('-')
}

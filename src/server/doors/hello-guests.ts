import { createHmac, createPrivateKey, createPublicKey, randomBytes, sign } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ClientMessage, Credential } from '../../protocol/client-messages.ts'
import { proofText } from '../../protocol/device-proof.ts'
import type { DeviceId } from '../../protocol/ids.ts'
import { SUPPORTED_VERSIONS } from '../../protocol/version.ts'
import type { Hub } from '../hub/hub.ts'
import type { GuestHub, GuestIdentity } from './guests.ts'

/** What comes before the 32 bytes of an Ed25519 private key in PKCS #8 (RFC 8410, 10.3). */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex')

/**
 * Admits guests by the hub's own handshake: each of their devices has a key made from its id and a secret of the
 * server, so that nobody else can prove to be them, through whichever door.
 */
export function createHelloGuests(
  hub: Hub,
  options: {
    /** 32 random bytes that only this server, or only the nodes of this session, know. */
    readonly secret: Buffer
    /** Fingerprint of the server's own key, or `NO_CHANNEL`: what the hub expects in a proof. */
    readonly channel: string
    /** The server's own, where it lets nobody new in without. */
    readonly credential: Credential | undefined
  },
): GuestHub {
  const { secret, channel, credential } = options

  function keyOf(device: DeviceId) {
    const seed = createHmac('sha256', secret).update(`landline guest device ${device}`).digest()
    const key = createPrivateKey({
      key: Buffer.concat([PKCS8_PREFIX, seed]),
      format: 'der',
      type: 'pkcs8',
    })
    const { x } = createPublicKey(key).export({ format: 'jwk' })
    if (x === undefined) throw new Error('an Ed25519 key has no public part')
    return { publicKey: x, key }
  }

  function deviceOf({ deviceId, deviceName }: GuestIdentity) {
    const { key, publicKey } = keyOf(deviceId)
    return { key, device: { id: deviceId, name: deviceName, key: publicKey } }
  }

  return {
    admitGuest(identity, socket) {
      const member = { id: identity.memberId, name: identity.name }
      const { key, device } = deviceOf(identity)
      const say = (message: ClientMessage): void => connection.receive({ kind: 'message', message })
      const connection = hub.connect({
        ...socket,
        send(message) {
          if (message.type !== 'challenge') return socket.send(message)
          const { nonce, session } = message
          const text = proofText({ session: session.id, channel, nonce, member, device })
          const signature = sign(null, Buffer.from(text), key).toString('base64url')
          say({ type: 'proof', signature, ...(credential === undefined ? {} : { credential }) })
        },
      })
      say({ type: 'hello', versions: [...SUPPORTED_VERSIONS], member, device })
      return connection
    },
  }
}

/** The secret kept in the data folder; made there, readable for its owner only, the first time. */
export function keepGuestSecret(dataDir: string): Buffer {
  const file = join(dataDir, 'guest-secret')
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  try {
    writeFileSync(file, `${randomBytes(32).toString('base64url')}\n`, { mode: 0o600, flag: 'wx' })
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'EEXIST')) throw cause
  }
  const secret = Buffer.from(readFileSync(file, 'utf8').trim(), 'base64url')
  if (secret.length < 32) throw new Error(`${file} does not hold 32 bytes.`)
  return secret
}

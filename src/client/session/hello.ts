import type { Credential, Hello, Proof } from '../../protocol/client-messages.ts'
import { NO_CHANNEL, proofText } from '../../protocol/device-proof.ts'
import { SUPPORTED_VERSIONS } from '../../protocol/version.ts'
import type { ClientSessionOptions } from '../client-session.ts'
import type { DeviceKey } from './device-key.ts'

export function helloOf(
  { app, identity, session }: ClientSessionOptions,
  key: DeviceKey,
  memberName: string,
): Hello {
  return {
    type: 'hello',
    versions: [...SUPPORTED_VERSIONS],
    session: session.id,
    member: { id: identity.memberId, name: memberName },
    device: { id: identity.deviceId, name: identity.deviceName, key: key.publicKey },
    ...(app === undefined ? {} : { client: app }),
  }
}

/**
 * Signs the challenge for the session and the host this device means, whatever the challenge says of itself:
 * so a proof that somebody in the middle passes on is worth nothing elsewhere (I2).
 */
export function proofOf(
  { identity, session, trust }: ClientSessionOptions,
  key: DeviceKey,
  memberName: string,
  nonce: string,
): Proof {
  const text = proofText({
    session: session.id,
    channel: trust.kind === 'pinned' ? trust.fingerprint : NO_CHANNEL,
    nonce,
    member: { id: identity.memberId, name: memberName },
    device: { id: identity.deviceId, key: key.publicKey },
  })
  const credential: Credential | undefined =
    session.secret === undefined ? undefined : { kind: 'secret', secret: session.secret }
  return {
    type: 'proof',
    signature: key.sign(text),
    ...(credential === undefined ? {} : { credential }),
  }
}

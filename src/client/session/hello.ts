import type { Credential, Hello, Proof } from '../../protocol/client-messages.ts'
import { NO_CHANNEL, proofText } from '../../protocol/device-proof.ts'
import { SUPPORTED_VERSIONS } from '../../protocol/version.ts'
import type { ClientSessionOptions } from '../client-session.ts'
import type { DeviceKey } from './device-key.ts'

/** What an invite or a link gives this device to be let in with. */
export function credentialOf({
  secret,
  link,
}: ClientSessionOptions['session']): Credential | undefined {
  if (link !== undefined) return { kind: 'link', token: link }
  return secret === undefined ? undefined : { kind: 'secret', secret }
}

/** The token goes first. A new invite beside it brings back who was removed (I5). */
export function withToken(
  given: Credential | undefined,
  token: string | null,
): Credential | undefined {
  if (token === null) return given
  return given?.kind === 'secret'
    ? { kind: 'token', token, invite: given.secret }
    : { kind: 'token', token }
}

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
  credential: Credential | undefined,
): Proof {
  const text = proofText({
    session: session.id,
    channel: trust.kind === 'pinned' ? trust.fingerprint : NO_CHANNEL,
    nonce,
    member: { id: identity.memberId, name: memberName },
    device: { id: identity.deviceId, key: key.publicKey },
  })
  return {
    type: 'proof',
    signature: key.sign(text),
    ...(credential === undefined ? {} : { credential }),
  }
}

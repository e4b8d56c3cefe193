import type { DeviceId, MemberId } from '../../protocol/ids.ts'
import type { IntegrationKind } from '../../protocol/integrations.ts'
import type { StoredIntegration } from '../hub/integrations-port.ts'
import type { Secrets } from '../hub/ports.ts'
import type { Program } from './admit-program.ts'
import { BOT_TOKEN_PREFIX, botIdentityOf, hookIdentityOf } from './bot-identity.ts'

/** A program that is to be made: everything about it follows from its secret, so that making it twice makes one. */
export interface NewProgram {
  readonly id: MemberId
  readonly device: DeviceId
  /** As it is told: a token, or the key of an outgoing webhook's signatures. */
  readonly token: string
  readonly devices: Pick<Program, 'spokenFor' | 'proving'>
  /** What is kept of the secret. */
  readonly kept: Pick<StoredIntegration, 'tokenHash' | 'signingKey'>
}

/** `secret`: 32 random bytes in base64url. */
export function newProgram(
  kind: IntegrationKind['kind'],
  secret: string,
  ports: {
    readonly secrets: Pick<Secrets, 'hash'>
    /** The devices by which a bot comes through the foreign doors. */
    readonly placesOf: (member: MemberId) => readonly DeviceId[]
  },
): NewProgram {
  if (kind === 'bot') {
    const token = BOT_TOKEN_PREFIX + secret
    const { member: id, device, key } = botIdentityOf(token)
    const devices = { spokenFor: ports.placesOf(id), proving: { id: device, key } }
    return { id, device, token, devices, kept: { tokenHash: null, signingKey: null } }
  }
  const { member: id, device } = hookIdentityOf(secret)
  const kept =
    kind === 'incoming'
      ? { tokenHash: ports.secrets.hash(secret), signingKey: null }
      : { tokenHash: null, signingKey: secret }
  return { id, device, token: secret, devices: { spokenFor: [device] }, kept }
}

import { randomBytes } from 'node:crypto'
import { uuidv7 } from 'uuidv7'
import { deviceIdSchema, memberIdSchema, sessionIdSchema } from '../../protocol/ids.ts'
import type { SessionId } from '../../protocol/ids.ts'
import type { KnownSession } from './profile-schema.ts'

export type Identity = Pick<KnownSession, 'memberId' | 'deviceId' | 'deviceKey'>

/** Made anew for every session, so that two hosts cannot tell that it is the same person. */
export function createIdentity(): Identity {
  return {
    memberId: memberIdSchema.parse(uuidv7()),
    deviceId: deviceIdSchema.parse(uuidv7()),
    deviceKey: randomBytes(32).toString('base64url'),
  }
}

/** What an invite carries: 256 bits, so that guessing is out of the question. */
export function createSecret(): string {
  return randomBytes(32).toString('base64url')
}

export function createSessionId(): SessionId {
  return sessionIdSchema.parse(uuidv7())
}

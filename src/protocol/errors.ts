import { z } from 'zod'

/**
 * Why a write, a request or a handshake was turned down for good. The same code is used wherever
 * the same thing is wrong, so that one table maps codes to behaviour and to words.
 */
export const errorCodeSchema = z.enum([
  // frames
  'malformed', // not JSON, or not of the schema
  'unknown-type', // JSON of a message type this server does not know
  'unexpected', // a known message at a moment it is not allowed (before hello, twice hello …)
  // handshake
  'unsupported-version',
  'unauthorized', // no credential, or a wrong one
  'token-needed', // the server asks every device for a bearer token, or this one came by one, and none was shown
  'token-expired', // the bearer token was good once
  'bad-proof', // the challenge was not signed with the device's key, or for another host
  'identity-taken', // this member or device id is bound to another key
  'name-taken', // somebody else in the session has this name, or one that looks the same
  'invite-expired',
  'invite-used-up',
  'invite-revoked',
  'session-locked', // nobody new is let in now
  'declined', // the host did not let them in
  'removed', // was taken out of the session; a new invite is needed
  'banned',
  'other-session', // hello named a session this server does not serve
  'session-full',
  // writes and requests
  'no-such-room', // also said of rooms the member may not know of
  'not-a-member',
  'no-such-message',
  'not-the-author',
  'no-such-member',
  'message-deleted',
  'id-taken', // the id names something another device wrote
  'not-allowed', // e.g. leaving the default group, adding people to a direct room, a role that may not
  'read-only', // the session is read-only, or this member may only read
  'no-such-invite',
  'no-such-device',
  'too-many', // a bound of the session is reached (invites, devices, people waiting); the message names it
  'too-large', // text, name, topic or frame over its limit; the message names the limit
  'rate-limited',
  'unavailable', // the store cannot commit now; try again
])
export type ErrorCode = z.infer<typeof errorCodeSchema>

/** WebSocket close codes of this protocol (4000-4999 are the application's), and the standard ones it uses. */
export const CloseCode = {
  normal: 1000,
  tooLarge: 1009,
  serviceRestart: 1012,
  tryAgainLater: 1013,
  malformed: 4400,
  unauthorized: 4401,
  banned: 4403,
  unsupportedVersion: 4406,
  slowConsumer: 4408,
  /** The same device connected again; the older connection is closed. */
  superseded: 4409,
  handshakeTimeout: 4411,
  heartbeatTimeout: 4412,
  rateLimited: 4429,
} as const
export type CloseCode = (typeof CloseCode)[keyof typeof CloseCode]

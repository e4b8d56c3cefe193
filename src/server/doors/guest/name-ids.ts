import { createHash } from 'node:crypto'
import {
  type DeviceId,
  deviceIdSchema,
  type MemberId,
  memberIdSchema,
  type MessageId,
  messageIdSchema,
  type RoomId,
  roomIdSchema,
  type SessionId,
} from '../../../protocol/ids.ts'

/**
 * Ids made from names, so that the same name means the same thing next time, on every node and after a restart.
 * They are version 5 UUIDs (RFC 9562) in the session's own name space: another session has other ids.
 */
export interface NameIds {
  /** Of whoever a token's issuer calls `subject`. */
  bearerMember(issuer: string, subject: string): MemberId
  /** Of whoever says to have this name on an open server; case and width make no difference. */
  openMember(name: string): MemberId
  /** Of whoever brings this cookie to an open server. */
  cookieMember(cookie: string): MemberId
  /** The place a connection takes among those its person has at the same time. */
  device(member: MemberId, place: number): DeviceId
  /** The group that is made for clients who name one that does not exist. */
  group(name: string): RoomId
  /** The message a client has given a name of its own. */
  message(member: MemberId, name: string): MessageId
}

export function createNameIds(session: SessionId): NameIds {
  const space = Buffer.from(session.replaceAll('-', ''), 'hex')

  function uuid(kind: string, ...parts: readonly string[]): string {
    // JSON keeps the parts apart, whatever they contain.
    const digest = createHash('sha1')
      .update(space)
      .update(JSON.stringify([kind, ...parts]))
      .digest()
    digest.writeUInt8((digest.readUInt8(6) & 0x0f) | 0x50, 6)
    digest.writeUInt8((digest.readUInt8(8) & 0x3f) | 0x80, 8)
    const hex = digest.toString('hex', 0, 16)
    return [
      hex.slice(0, 8),
      hex.slice(8, 12),
      hex.slice(12, 16),
      hex.slice(16, 20),
      hex.slice(20),
    ].join('-')
  }

  return {
    bearerMember: (issuer, subject) => memberIdSchema.parse(uuid('bearer', issuer, subject)),
    openMember: (name) => memberIdSchema.parse(uuid('open', name.normalize('NFKC').toLowerCase())),
    cookieMember: (cookie) => memberIdSchema.parse(uuid('cookie', cookie)),
    device: (member, place) => deviceIdSchema.parse(uuid('device', member, String(place))),
    group: (name) => roomIdSchema.parse(uuid('group', name)),
    message: (member, name) => messageIdSchema.parse(uuid('message', member, name)),
  }
}

/** How a client of a foreign door becomes a member: the server itself vouches for who it is. */
import type { DeviceId, MemberId } from '../../protocol/ids.ts'
import type { HubConnection } from '../hub/hub.ts'
import type { Socket } from '../hub/ports.ts'
import type { TokenStay } from '../hub/token-stays.ts'

/** Somebody a door has identified by a bearer token, or by the name given on an open server. */
export interface GuestIdentity {
  /**
   * The same person is the same member next time. A bearer may turn out to be another one, who came with their
   * token by another way (I13).
   */
  readonly memberId: MemberId
  /** One for each connection a person has at the same time; bounded, since the store keeps devices. */
  readonly deviceId: DeviceId
  readonly deviceName: string
  readonly name: string
  /** What the token says when they come; empty without one. */
  readonly roles: readonly string[]
  readonly claims: Readonly<Record<string, unknown>>
  /** For the audit log: by what they are known. */
  readonly vouchedBy: string
  /** Their token, by which they may stay; undefined without one. */
  readonly token?: TokenStay | undefined
  /** Whether they are whoever that token belongs to; bots are not, they are themselves. */
  readonly isBearer?: boolean
  /** The token of an invite they brought along, by which somebody removed may come back. */
  readonly invite?: string | undefined
}

/**
 * The hub as doors need it. The identity takes the place of `hello` and proof: the socket is sent `welcome`, after
 * which the door says `sync`, or `rejected` and a close. Everything else holds as for everybody: roles, bans,
 * locks, limits.
 */
export interface GuestHub {
  admitGuest(identity: GuestIdentity, socket: Socket): HubConnection
  /** Who of the session has a token of this issuer's subject. */
  memberOf(issuer: string, subject: string): Promise<MemberId | undefined>
}

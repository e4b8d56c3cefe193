import type { MemberId } from '../../protocol/ids.ts'
import { type Role, roleSchema } from '../../protocol/roles.ts'
import { subjectOf } from '../auth/vouching-of-tokens.ts'
import type { Hub } from '../hub/hub.ts'
import type { GuestHub } from './guests.ts'

/** From the most to the least. */
const ROLES: readonly Role[] = roleSchema.options

/** Admits guests by the way the hub has for those a door knows by its own means. */
export function createVouchedGuests(
  hub: Pick<Hub, 'connectVouched'>,
  memberOf: (subject: string) => Promise<MemberId | undefined>,
): GuestHub {
  return {
    memberOf: (issuer, subject) => memberOf(subjectOf(issuer, subject)),
    admitGuest: ({ memberId, deviceId, deviceName, name, roles, vouchedBy, ...bearer }, socket) =>
      hub.connectVouched(socket, {
        member: { id: memberId, name },
        device: { id: deviceId, name: deviceName },
        token: bearer.token,
        isBearer: bearer.isBearer === true,
        invite: bearer.invite,
        ticket: {
          kind: 'vouched',
          // A token that speaks of other roles, or of none, makes a member.
          role: ROLES.find((role) => roles.includes(role)) ?? 'member',
          by: vouchedBy,
        },
      }),
  }
}

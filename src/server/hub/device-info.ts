import type { MemberId } from '../../protocol/ids.ts'
import { admitted, type Connection } from './connection.ts'
import type { People } from './people.ts'

/** A connected device, as the host is shown it. */
export interface DeviceInfo {
  readonly memberId: MemberId
  readonly name: string
  readonly deviceName: string
  readonly address: string
  /** Milliseconds since 1970. */
  readonly since: number
  /** Milliseconds of the last ping, null before the first answer. */
  readonly roundTrip: number | null
}

/** None before it was let in. */
export function describeDevice(
  connection: Connection,
  people: Pick<People, 'nameOf'>,
): DeviceInfo[] {
  const device = admitted(connection)
  if (device === undefined) return []
  const { member, deviceName, since } = device
  return [
    {
      memberId: member,
      name: people.nameOf(member),
      deviceName,
      address: connection.socket.address,
      since,
      roundTrip: connection.roundTrip ?? null,
    },
  ]
}

/** Whom the generator plays, and what the store it finds holds: written to a file beside the store. */
import { deviceKeyOf } from '../../src/client/session/device-key.ts'
import type { DeviceId, Epoch, MemberId, RoomId } from '../../src/protocol/ids.ts'
import { seededRandom } from '../../src/testing/seeded-random.ts'

export interface RosterRoom {
  readonly id: RoomId
  readonly epoch: Epoch
  readonly head: number
}

export interface RosterPerson {
  readonly member: MemberId
  readonly device: DeviceId
  readonly name: string
  /** Of the Ed25519 key: 32 bytes in base64url. */
  readonly seed: string
  readonly key: string
  /** A group with nobody else in it. */
  readonly room: RosterRoom
}

export interface Roster {
  /** The default group, with everybody in it. */
  readonly common: RosterRoom
  readonly people: readonly RosterPerson[]
}

/** `stored`: messages in the common room, and in each person's own. */
export function inventRoster(
  size: number,
  stored: { readonly common: number; readonly own: number },
): Roster {
  const random = seededRandom(20_261_129)
  // The last character tells two rooms of one person apart, so that a generator need not read more.
  const id = <Id extends string>(last: string): Id => `${random.uuid().slice(0, 35)}${last}` as Id
  const room = (messages: number, last: string): RosterRoom => ({
    ...{ id: id<RoomId>(last), epoch: id<Epoch>('0') },
    // The first event is that the room was made.
    head: messages + 1,
  })
  const common = room(stored.common, 'c')
  const people = Array.from({ length: size }, (_, index): RosterPerson => {
    const seed = random.key()
    return {
      ...{ member: id<MemberId>('1'), device: id<DeviceId>('2'), name: `Person ${index + 1}` },
      ...{ seed, key: deviceKeyOf(seed).publicKey, room: room(stored.own, '3') },
    }
  })
  return { common, people }
}

import type { WaitingPerson } from '../../protocol/admin.ts'
import type { MemberId } from '../../protocol/ids.ts'
import { MAX_WAITING } from '../../protocol/limits.ts'
import { addressGroup } from './address-group.ts'
import { reject, type Rejection } from './admission.ts'
import type { Connection } from './connection.ts'
import type { Newcomer } from './registry-port.ts'
import type { Arrival } from './roster.ts'

/** So that nobody takes all the places alone. */
const MAX_OF_ONE_ADDRESS = 10

export interface Waiting {
  readonly connection: Connection
  readonly newcomer: Newcomer
  readonly arrival: Arrival
  readonly person: WaitingPerson
}

/** Those who have proven who they are and wait for a host's word (I7). Ends with their connection. */
export interface WaitingRoom {
  people(): readonly WaitingPerson[]
  /** Undefined when they may wait. */
  add(waiting: Waiting): Rejection | undefined
  /** Takes somebody out, to be let in or sent away. */
  take(member: MemberId): Waiting | undefined
  /** The connection is gone. */
  drop(connection: Connection): void
}

export function createWaitingRoom(
  changed: () => void,
  /** The same device waits on another connection now. */
  superseded: (older: Connection) => void,
): WaitingRoom {
  const waiting = new Map<MemberId, Waiting>()

  return {
    people: () => [...waiting.values()].map(({ person }) => person),

    add(next) {
      const { member } = next.person
      const before = waiting.get(member)
      if (before !== undefined && before.newcomer.device.key !== next.newcomer.device.key) {
        return reject('identity-taken', 'Somebody else waits under this member id.')
      }
      const group = addressGroup(next.person.address)
      const others = [...waiting.values()].filter((one) => one !== before)
      const near = others.filter(({ person }) => addressGroup(person.address) === group)
      if (others.length >= MAX_WAITING || near.length >= MAX_OF_ONE_ADDRESS) {
        return reject('too-many', 'Too many people wait to be let in. Try again later.')
      }
      // The same device once more: it waits on its new connection.
      waiting.delete(member)
      waiting.set(member, next)
      changed()
      if (before !== undefined && before.connection !== next.connection) {
        superseded(before.connection)
      }
      return undefined
    },

    take(member) {
      const one = waiting.get(member)
      if (waiting.delete(member)) changed()
      return one
    },

    drop(connection) {
      for (const [member, one] of waiting) {
        if (one.connection !== connection) continue
        waiting.delete(member)
        changed()
      }
    },
  }
}

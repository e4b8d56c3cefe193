import type { WaitingPerson } from '../../protocol/admin.ts'
import type { MemberId } from '../../protocol/ids.ts'
import { MAX_WAITING } from '../../protocol/limits.ts'
import { addressGroup } from './address-group.ts'
import { reject, type Rejection } from './admission.ts'
import type { WaitingElsewhere } from './cluster-waiting.ts'
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
  /** At whichever node, in the order they came; nobody twice. */
  people(): readonly WaitingPerson[]
  here(): readonly Waiting[]
  /** The other node at which somebody waits; undefined for those of this node, and for those who do not wait. */
  nodeOf(member: MemberId): string | undefined
  /** Undefined when they may wait. */
  add(waiting: Waiting): Rejection | undefined
  /** Takes somebody of this node out, to be let in or sent away. */
  take(member: MemberId): Waiting | undefined
  /** The connection is gone. */
  drop(connection: Connection): void
  /** Other nodes told who waits there: whoever went there does not wait here any more. */
  heard(): void
}

export function createWaitingRoom(ports: {
  /** Who waits at this node is different now. */
  readonly changed: () => void
  /** The same device waits on another connection now, perhaps at another node. */
  readonly superseded: (older: Connection) => void
  readonly elsewhere: () => readonly WaitingElsewhere[]
}): WaitingRoom {
  const { changed, superseded, elsewhere } = ports
  const waiting = new Map<MemberId, Waiting>()

  /** Where else somebody waits, when that is their newest place. */
  function newerElsewhere(member: MemberId): WaitingElsewhere | undefined {
    let newest: WaitingElsewhere | undefined
    let since = waiting.get(member)?.person.since ?? -1
    for (const there of elsewhere()) {
      if (there.person.member !== member || there.person.since <= since) continue
      newest = there
      since = there.person.since
    }
    return newest
  }

  function people(): WaitingPerson[] {
    const listed = new Map<MemberId, WaitingPerson>()
    for (const { person } of [...waiting.values(), ...elsewhere()]) {
      const known = listed.get(person.member)
      if (known === undefined || known.since < person.since) listed.set(person.member, person)
    }
    const inOrder = [...listed.values()].toSorted((a, b) => a.since - b.since)
    return inOrder.slice(0, MAX_WAITING)
  }

  return {
    people,
    here: () => [...waiting.values()],
    nodeOf: (member) => newerElsewhere(member)?.node,

    add(next) {
      const { member } = next.person
      const { key } = next.newcomer.device
      const before = waiting.get(member)
      const there = newerElsewhere(member)
      const isTaken =
        (before !== undefined && before.newcomer.device.key !== key) ||
        (there !== undefined && there.key !== key)
      if (isTaken) return reject('identity-taken', 'Somebody else waits under this member id.')
      const group = addressGroup(next.person.address)
      const others = people().filter((one) => one.member !== member)
      const near = others.filter(({ address }) => addressGroup(address) === group)
      if (others.length >= MAX_WAITING || near.length >= MAX_OF_ONE_ADDRESS) {
        return reject('too-many', 'Too many people wait to be let in. Try again later.')
      }
      // The same device once more: it waits on its new connection. A clock that is behind the other node's must
      // not make the new place look like the older one.
      const since = Math.max(next.person.since, (there?.person.since ?? 0) + 1)
      waiting.delete(member)
      waiting.set(member, { ...next, person: { ...next.person, since } })
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

    heard() {
      for (const [member, { newcomer, connection }] of waiting) {
        const there = newerElsewhere(member)
        if (there === undefined || there.key !== newcomer.device.key) continue
        waiting.delete(member)
        changed()
        superseded(connection)
      }
    },
  }
}

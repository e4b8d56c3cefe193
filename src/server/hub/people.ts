import type { MemberId } from '../../protocol/ids.ts'
import type { Member, Presence } from '../../protocol/records.ts'
import type { ServerMessageOf } from '../../protocol/server-messages.ts'
import { admitted, type Connection } from './connection.ts'
import type { Clock, Store, StoredMember } from './ports.ts'

/** Changes that come this close together are announced in one frame; 1,000 people come back at once. */
const ANNOUNCE_AFTER_MS = 50
/** People in one frame: about 100 KB with the longest names. */
const PEOPLE_PER_FRAME = 500

interface Person {
  readonly id: MemberId
  name: string
  presence: Presence
  lastSeen: number
  readonly connections: Set<Connection>
  cancelGrace: (() => void) | undefined
}

/** People, not connections: one person with two devices is online once (D17). */
export interface People {
  has(id: MemberId): boolean
  /** Everyone the session has ever let in. */
  count(): number
  nameOf(id: MemberId): string
  connectionsOf(id: MemberId): ReadonlySet<Connection>
  onlineCount(): number
  /** Everyone, cut into frames. */
  frames(): readonly ServerMessageOf<'people'>[]
  enter(connection: Connection, member: { readonly id: MemberId; readonly name: string }): void
  leave(connection: Connection, member: MemberId): void
  /** Works out the person's presence again after one of their devices changed. */
  refresh(id: MemberId): void
  /** Stores when those who have just gone were last seen, without waiting for their grace to end. */
  flush(): Promise<void>
  stop(): void
}

export interface PeoplePorts {
  readonly clock: Clock
  readonly store: Pick<Store, 'setLastSeen'>
  readonly graceMs: number
  readonly announce: (message: ServerMessageOf<'people'>) => void
}

const NOBODY: ReadonlySet<Connection> = new Set()

export function createPeople(stored: readonly StoredMember[], ports: PeoplePorts): People {
  const { clock, store, graceMs } = ports
  const people = new Map<MemberId, Person>()
  let changed = new Set<Person>()
  let cancelAnnouncement: (() => void) | undefined
  let frames: readonly ServerMessageOf<'people'>[] | undefined
  let online = 0

  function add(id: MemberId, name: string, lastSeen: number): Person {
    const person: Person = {
      id,
      name,
      presence: 'offline',
      lastSeen,
      connections: new Set(),
      cancelGrace: undefined,
    }
    people.set(id, person)
    return person
  }
  for (const { id, name, lastSeen } of stored) add(id, name, lastSeen)

  function change(person: Person): void {
    frames = undefined
    changed.add(person)
    cancelAnnouncement ??= clock.after(ANNOUNCE_AFTER_MS, () => {
      cancelAnnouncement = undefined
      const batch = [...changed]
      changed = new Set()
      for (const message of framesOf(batch)) ports.announce(message)
    })
  }

  function setPresence(person: Person, presence: Presence): void {
    if (person.presence === presence) return
    if (person.presence === 'offline') online++
    if (presence === 'offline') online--
    person.presence = presence
    change(person)
  }

  function refresh(person: Person): void {
    const states = [...person.connections].map((connection) => admitted(connection)?.presence)
    // With no device left, the grace period decides.
    if (states.length === 0) return
    setPresence(person, states.includes('online') ? 'online' : 'away')
  }

  function endGrace(person: Person): void {
    person.cancelGrace = undefined
    if (person.connections.size > 0) return refresh(person)
    setPresence(person, 'offline')
    // Only shown to people; a store that cannot take it now loses nothing that matters.
    store.setLastSeen([{ member: person.id, at: person.lastSeen }]).catch(() => {})
  }

  return {
    has: (id) => people.has(id),
    count: () => people.size,
    nameOf: (id) => people.get(id)?.name ?? '',
    connectionsOf: (id) => people.get(id)?.connections ?? NOBODY,
    onlineCount: () => online,
    frames: () => (frames ??= framesOf([...people.values()])),

    enter(connection, { id, name }) {
      const known = people.get(id)
      const person = known ?? add(id, name, clock.now())
      person.connections.add(connection)
      person.cancelGrace?.()
      person.cancelGrace = undefined
      if (known === undefined || person.name !== name) change(person)
      person.name = name
      refresh(person)
    },

    leave(connection, id) {
      const person = people.get(id)
      if (person?.connections.delete(connection) !== true) return
      person.lastSeen = clock.now()
      person.cancelGrace?.()
      person.cancelGrace = clock.after(graceMs, () => endGrace(person))
    },

    refresh(id) {
      const person = people.get(id)
      if (person !== undefined) refresh(person)
    },

    async flush() {
      const gone = [...people.values()].filter(({ cancelGrace }) => cancelGrace !== undefined)
      const sightings = gone.map(({ id, lastSeen }) => ({ member: id, at: lastSeen }))
      if (sightings.length > 0) await store.setLastSeen(sightings).catch(() => {})
    },

    stop() {
      cancelAnnouncement?.()
      for (const person of people.values()) person.cancelGrace?.()
    },
  }
}

function framesOf(people: readonly Person[]): ServerMessageOf<'people'>[] {
  const members = people.map(({ id, name, presence, lastSeen }): Member => ({
    id,
    name,
    role: 'member',
    presence,
    ...(presence === 'offline' ? { lastSeen } : {}),
  }))
  const result: ServerMessageOf<'people'>[] = []
  for (let from = 0; from < members.length; from += PEOPLE_PER_FRAME) {
    result.push({ type: 'people', members: members.slice(from, from + PEOPLE_PER_FRAME) })
  }
  return result
}

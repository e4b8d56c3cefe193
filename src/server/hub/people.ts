import type { MemberId } from '../../protocol/ids.ts'
import type { BannedPerson } from '../../protocol/admin.ts'
import type { Member, Presence } from '../../protocol/records.ts'
import type { ServerMessageOf } from '../../protocol/server-messages.ts'
import { admitted, type Connection } from './connection.ts'
import { type Few, FewSet } from './few-set.ts'
import type { PresentPerson } from './cluster-ports.ts'
import type { Clock, Store } from './ports.ts'
import type { Role } from '../../protocol/roles.ts'
import type { Standing, StoredMember } from './registry-port.ts'

/** Changes that come this close together are announced in one frame, and kept in one transaction; 1,000 people go and
 * come back at once. */
const GATHER_MS = 50
/** People in one frame: about 100 KB with the longest names. */
const PEOPLE_PER_FRAME = 500

interface Person {
  readonly id: MemberId
  name: string
  role: Role
  standing: Standing
  /** When the standing changed; milliseconds since 1970. */
  standingAt: number
  /** Of the last change of role or standing; what was told of before it is old. */
  standingEntry: number
  /** By the devices at this node. */
  here: Presence
  /** By what other nodes say. */
  elsewhere: Presence
  /** What people see: the livelier of the two. */
  presence: Presence
  lastSeen: number
  readonly connections: FewSet<Connection>
  cancelGrace: (() => void) | undefined
}

/** People, not connections: one person with two devices is online once (D17). */
export interface People {
  /** Whether they belong to the session now. */
  has(id: MemberId): boolean
  roleOf(id: MemberId): Role
  /** Newest first. */
  banned(): readonly BannedPerson[]
  /** Everyone the session has ever let in. */
  count(): number
  nameOf(id: MemberId): string
  /** Milliseconds since 1970; now, of somebody nobody knows. */
  lastSeenOf(id: MemberId): number
  connectionsOf(id: MemberId): Few<Connection>
  onlineCount(): number
  /** Everyone this member sees, cut into frames. */
  frames(viewer: MemberId): readonly ServerMessageOf<'people'>[]
  enter(connection: Connection, member: { readonly id: MemberId; readonly name: string }): void
  /** Somebody came into a room: guests in it get to see them, and a guest who came sees all who are in it (I8). */
  meet(newcomer: MemberId, room: ReadonlySet<MemberId>): void
  leave(connection: Connection, member: MemberId): void
  /** Works out the person's presence again after one of their devices changed. */
  refresh(id: MemberId): void
  /** Somebody was let in for the first time or is changed, here or on another node. */
  learn(member: Learned): void
  /** What other nodes say of a person that is known. */
  elsewhere(id: MemberId, presence: Presence, lastSeen: number): void
  /** Those who are at this node, as other nodes are told. */
  here(): readonly PresentPerson[]
  /** Stores when those who have just gone were last seen, without waiting for their grace to end. */
  flush(): Promise<void>
  stop(): void
}

export interface PeoplePorts {
  readonly clock: Clock
  readonly store: Pick<Store, 'setLastSeen'>
  readonly graceMs: number
  /** Sends to everybody who is caught up and no guest. */
  readonly announce: (message: ServerMessageOf<'people'>) => void
  /** Whether two share a room: of each other, guests see only those (I8). */
  readonly shareRoom: (a: MemberId, b: MemberId) => boolean
  /** Role or standing is another now. */
  readonly changed: (
    member: { readonly id: MemberId; readonly role: Role; readonly standing: Standing },
    before: { readonly role: Role; readonly standing: Standing },
  ) => void
  /** Somebody came to this node, left it, or does so under another name. */
  readonly movedHere?: (person: PresentPerson) => void
}

/** Role and standing are left out by who knows only that somebody is there. */
type Learned = Pick<StoredMember, 'id' | 'name' | 'lastSeen'> &
  Partial<Pick<StoredMember, 'role' | 'standing' | 'standingAt' | 'standingEntry'>>

const NOBODY: Few<Connection> = new FewSet()

export function createPeople(stored: readonly StoredMember[], ports: PeoplePorts): People {
  const { clock, store, graceMs } = ports
  const people = new Map<MemberId, Person>()
  const guests = new Set<Person>()
  let changed = new Set<Person>()
  let cancelAnnouncement: (() => void) | undefined
  /** Whose grace has ended, until it is stored when they were last seen. */
  const gone = new Set<Person>()
  let cancelKeeping: (() => void) | undefined
  let frames: readonly ServerMessageOf<'people'>[] | undefined
  let online = 0

  function add(member: Learned): Person {
    const { id, name, lastSeen, role = 'member', standing = 'active' } = member
    const { standingAt = 0, standingEntry = 0 } = member
    const person: Person = {
      ...{ id, name, role, standing, standingAt, standingEntry },
      here: 'offline',
      elsewhere: 'offline',
      presence: 'offline',
      lastSeen,
      connections: new FewSet(),
      cancelGrace: undefined,
    }
    people.set(id, person)
    if (role === 'guest') guests.add(person)
    return person
  }
  for (const member of stored) add(member)

  function change(person: Person): void {
    frames = undefined
    changed.add(person)
    cancelAnnouncement ??= clock.after(GATHER_MS, () => {
      cancelAnnouncement = undefined
      const batch = [...changed]
      changed = new Set()
      for (const message of framesOf(batch)) ports.announce(message)
      for (const guest of guests) {
        if (guest.connections.size === 0) continue
        show(
          guest,
          batch.filter((other) => sees(guest, other)),
        )
      }
    })
  }

  const sees = (guest: Person, other: Person): boolean =>
    guest === other || ports.shareRoom(guest.id, other.id)

  function show(viewer: Person, others: readonly Person[]): void {
    for (const message of framesOf(others)) {
      for (const { state, socket } of viewer.connections) {
        if (state.kind === 'synced') socket.send(message)
      }
    }
  }

  function settle(person: Person): void {
    const presence = livelier(person.here, person.elsewhere)
    if (person.presence === presence) return
    if (person.presence === 'offline') online++
    if (presence === 'offline') online--
    person.presence = presence
    change(person)
  }

  function setHere(person: Person, presence: Presence): void {
    if (person.here === presence) return
    person.here = presence
    ports.movedHere?.(asHere(person))
    settle(person)
  }

  function refresh(person: Person): void {
    const states = [...person.connections].map((connection) => admitted(connection)?.presence)
    // With no device left, the grace period decides.
    if (states.length === 0) return
    setHere(person, states.includes('online') ? 'online' : 'away')
  }

  function endGrace(person: Person): void {
    person.cancelGrace = undefined
    if (person.connections.size > 0) return refresh(person)
    setHere(person, 'offline')
    gone.add(person)
    cancelKeeping ??= clock.after(GATHER_MS, () => void keepLastSeen())
  }

  async function keepLastSeen(): Promise<void> {
    cancelKeeping?.()
    cancelKeeping = undefined
    const sightings = [...gone].map(({ id, lastSeen }) => ({ member: id, at: lastSeen }))
    gone.clear()
    // Only shown to people; a store that cannot take it now loses nothing that matters.
    if (sightings.length > 0) await store.setLastSeen(sightings).catch(() => {})
  }

  function rename(person: Person, name: string): void {
    if (person.name === name) return
    person.name = name
    change(person)
    if (person.here !== 'offline') ports.movedHere?.(asHere(person))
  }

  return {
    has: (id) => people.get(id)?.standing === 'active',
    roleOf: (id) => people.get(id)?.role ?? 'guest',
    banned: () =>
      [...people.values()]
        .filter(({ standing }) => standing === 'banned')
        .toSorted((a, b) => b.standingAt - a.standingAt)
        .map(({ id, name, standingAt }) => ({ member: id, name, at: standingAt })),
    count: () => people.size,
    nameOf: (id) => people.get(id)?.name ?? '',
    lastSeenOf: (id) => people.get(id)?.lastSeen ?? clock.now(),
    connectionsOf: (id) => people.get(id)?.connections ?? NOBODY,
    onlineCount: () => online,
    frames(viewer) {
      const person = people.get(viewer)
      if (person?.role !== 'guest') return (frames ??= framesOf([...people.values()]))
      return framesOf([...people.values()].filter((other) => sees(person, other)))
    },

    meet(newcomer, room) {
      const came = people.get(newcomer)
      if (came === undefined) return
      if (came.role === 'guest')
        show(
          came,
          [...room].flatMap((id) => people.get(id) ?? []),
        )
      for (const guest of guests) if (guest !== came && room.has(guest.id)) show(guest, [came])
    },

    enter(connection, { id, name }) {
      const known = people.get(id)
      const person = known ?? add({ id, name, lastSeen: clock.now() })
      person.connections.add(connection)
      person.cancelGrace?.()
      person.cancelGrace = undefined
      if (known === undefined) change(person)
      rename(person, name)
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

    learn(member) {
      const known = people.get(member.id)
      if (known === undefined) return change(add(member))
      // An answer of the store that came late, after somebody was removed or got another role (I5, I9).
      if (member.standingEntry !== undefined && member.standingEntry < known.standingEntry) return
      known.standingEntry = member.standingEntry ?? known.standingEntry
      const { id, role: roleBefore, standing: standingBefore } = known
      rename(known, member.name)
      known.role = member.role ?? known.role
      known.standing = member.standing ?? known.standing
      known.standingAt = member.standingAt ?? known.standingAt
      const { role, standing } = known
      if (role === 'guest') guests.add(known)
      else guests.delete(known)
      if (role === roleBefore && standing === standingBefore) return
      change(known)
      ports.changed({ id, role, standing }, { role: roleBefore, standing: standingBefore })
    },

    elsewhere(id, presence, lastSeen) {
      const person = people.get(id)
      if (person === undefined) return
      person.elsewhere = presence
      person.lastSeen = Math.max(person.lastSeen, lastSeen)
      settle(person)
    },

    here: () => [...people.values()].filter(({ here }) => here !== 'offline').map(asHere),

    async flush() {
      for (const person of people.values()) if (person.cancelGrace !== undefined) gone.add(person)
      await keepLastSeen()
    },

    stop() {
      cancelAnnouncement?.()
      cancelKeeping?.()
      for (const person of people.values()) person.cancelGrace?.()
    },
  }
}

const asHere = ({ id, name, here: presence, lastSeen }: Person): PresentPerson => ({
  id,
  name,
  presence,
  lastSeen,
})

export function livelier(a: Presence, b: Presence): Presence {
  if (a === 'online' || b === 'online') return 'online'
  return a === 'away' || b === 'away' ? 'away' : 'offline'
}

function framesOf(people: readonly Person[]): ServerMessageOf<'people'>[] {
  const members = people.map(({ id, name, role, standing, presence, lastSeen }): Member => ({
    id,
    name,
    role,
    ...(standing === 'active' ? {} : { gone: true }),
    presence,
    ...(presence === 'offline' ? { lastSeen } : {}),
  }))
  const result: ServerMessageOf<'people'>[] = []
  for (let from = 0; from < members.length; from += PEOPLE_PER_FRAME) {
    result.push({ type: 'people', members: members.slice(from, from + PEOPLE_PER_FRAME) })
  }
  return result
}

import type { MemberId, RoomId } from '../../../protocol/ids.ts'
import { MAX_PAGE_MESSAGES } from '../../../protocol/limits.ts'
import { type Message, roomNameSchema } from '../../../protocol/records.ts'
import type { GuestRoom } from './guest-events.ts'
import type { GuestSession } from './guest-session.ts'
import type { NameIds } from './name-ids.ts'
import { fault, type Fault, ok, type Outcome } from './outcome.ts'

/** Most messages one client may ask for at once, and their text in UTF-16 code units. */
export const MAX_HISTORY = 1_000
const MAX_HISTORY_CHARS = 4_194_304

/** Foreign clients name groups and people; this finds the rooms they mean, and makes those there are not. */
export interface GuestRooms {
  /** A group the client is in, the oldest where several have the name. */
  group(name: string): GuestRoom | undefined
  /** Joins the group of this name, public ones only, or makes it. `isNew` when the client was not in it. */
  join(name: string): Promise<Outcome<{ readonly room: GuestRoom; readonly isNew: boolean }>>
  leave(name: string): Promise<Outcome<null>>
  /** By name or member id; by a token's subject too, when its issuer is the client's own. */
  person(target: string): Promise<MemberId | undefined>
  /** The room of these two. */
  direct(member: MemberId): Promise<Outcome<GuestRoom>>
  /** The newest messages, oldest first. */
  history(room: GuestRoom, count: number): Promise<Outcome<readonly Message[]>>
}

export function createGuestRooms(session: GuestSession, ids: NameIds): GuestRooms {
  const { world } = session
  const directs = new Map<MemberId, Promise<Outcome<GuestRoom>>>()

  function group(name: string): GuestRoom | undefined {
    return [...world.rooms]
      .filter((room) => room.kind === 'group' && room.name === name)
      .toSorted((a, b) => a.createdAt - b.createdAt)[0]
  }

  async function enter(
    request: Promise<Outcome<unknown>>,
    id: RoomId,
  ): Promise<Outcome<{ room: GuestRoom; isNew: boolean }>> {
    const outcome = await request
    if (outcome.kind === 'fault') return outcome
    const room = world.room(id)
    return room === undefined ? noGroup : ok({ room, isNew: true })
  }

  async function listed(name: string): Promise<RoomId | undefined> {
    const outcome = await session.request({ type: 'browse-rooms' })
    if (outcome.kind === 'fault' || outcome.value.type !== 'directory') return undefined
    return outcome.value.rooms.find((listing) => listing.name === name)?.id
  }

  async function join(name: string): ReturnType<GuestRooms['join']> {
    const known = group(name)
    if (known !== undefined) return ok({ room: known, isNew: false })
    const read = roomNameSchema.safeParse(name)
    if (!read.success) {
      return fault(
        'malformed',
        `The group's name: ${read.error.issues[0]?.message ?? 'not a name'}.`,
      )
    }
    const room = (await listed(name)) ?? ids.group(name)
    const joined = await enter(session.request({ type: 'join-room', room }), room)
    if (joined.kind === 'ok' || joined.code !== 'no-such-room') return joined
    const made = await enter(
      session.request({
        ...{ type: 'create-room', room, name, topic: '', visibility: 'public', members: [] },
      }),
      room,
    )
    if (made.kind === 'ok' || made.code !== 'id-taken') return made
    // Somebody else made it at the same moment.
    return enter(session.request({ type: 'join-room', room }), room)
  }

  async function person(target: string): Promise<MemberId | undefined> {
    const byName = world.find(target)
    if (byName !== undefined) return byName
    const { iss } = session.identity.claims
    const candidates = [
      target as MemberId,
      ids.bearerMember(typeof iss === 'string' ? iss : '', target),
    ]
    const known = candidates.find((member) => world.has(member))
    if (known !== undefined) return known
    // Who came with their token by another way first has an id of their own.
    const bearer = await session.bearer(target)
    return bearer !== undefined && world.has(bearer) ? bearer : undefined
  }

  async function openDirect(member: MemberId): Promise<Outcome<GuestRoom>> {
    const known = [...world.rooms].find(
      ({ kind, members }) =>
        kind === 'direct' && members.size === 2 && members.has(member) && members.has(session.self),
    )
    if (known !== undefined) return ok(known)
    const outcome = await session.request({ type: 'open-direct', members: [member] })
    const id =
      outcome.kind === 'ok' && outcome.value.type === 'done' ? outcome.value.room : undefined
    const room = id === undefined ? undefined : world.room(id)
    if (room !== undefined) return ok(room)
    directs.delete(member)
    return outcome.kind === 'fault' ? outcome : fault('no-such-room', 'The room was not opened.')
  }

  return {
    group,
    join,
    person,

    async leave(name) {
      const room = group(name)
      // Nobody leaves the group of everybody; to a client it is only a name it asked for.
      if (room === undefined || room.isDefault) return ok(null)
      const outcome = await session.request({ type: 'leave-room', room: room.id })
      return outcome.kind === 'fault' ? outcome : ok(null)
    },

    direct(member) {
      // Everybody who wants the room awaits the same promise, so that nothing overtakes what came before (D2).
      let room = directs.get(member)
      if (room === undefined) {
        room = openDirect(member)
        directs.set(member, room)
      }
      return room
    },

    async history(room, count) {
      const gathered: Message[] = []
      let before = room.seq + 1
      let chars = 0
      while (gathered.length < count && before > 1) {
        const limit = Math.min(MAX_PAGE_MESSAGES, count - gathered.length)
        const outcome = await session.request({ type: 'history', room: room.id, before, limit })
        if (outcome.kind === 'fault') return outcome
        if (outcome.value.type !== 'page') break
        const { page } = outcome.value
        const messages = page.messages.filter(({ deleted }) => deleted !== true)
        chars += messages.reduce((sum, { text }) => sum + text.length, 0)
        if (chars > MAX_HISTORY_CHARS) return tooMuch
        gathered.unshift(...messages)
        if (page.from >= before) break
        before = page.from
      }
      return ok(gathered)
    },
  }
}

const noGroup: Fault = fault('no-such-room', 'There is no such group.')
const tooMuch: Fault = fault('too-large', 'That is too much at once: ask for fewer messages.')

import type { MemberId, RoomId } from '../../../protocol/ids.ts'
import type { Member, RoomEvent } from '../../../protocol/records.ts'
import type { ServerMessageOf } from '../../../protocol/server-messages.ts'
import { type GuestEvent, type GuestRoom, guestRoom } from './guest-events.ts'

/** The rooms and people one client of a door may see, kept up to date by what the hub sends it. */
export interface GuestWorld {
  room(id: RoomId): GuestRoom | undefined
  readonly rooms: Iterable<GuestRoom>
  readonly defaultRoom: GuestRoom | undefined
  nameOf(member: MemberId): string
  has(member: MemberId): boolean
  /** The person with this name; failing that, the only one whose name differs in case alone. */
  find(name: string): MemberId | undefined
  onlineNames(): string[]
  people(message: ServerMessageOf<'people'>): void
  events(message: ServerMessageOf<'events'>): void
  reset(message: ServerMessageOf<'reset'>): void
  gone(room: RoomId): void
  /** From now on changes are told. */
  begin(): void
  readonly hasBegun: boolean
}

const fold = (name: string): string => name.normalize('NFKC').toLowerCase()

export function createGuestWorld(
  /** Whose world it is: known before anything of the session is. */
  self: () => MemberId,
  tell: (event: GuestEvent) => void,
  /** People known to be here before the hub tells of them, by name. */
  present: () => ReadonlyMap<MemberId, string>,
): GuestWorld {
  const rooms = new Map<RoomId, GuestRoom>()
  const people = new Map<MemberId, Pick<Member, 'name' | 'presence'>>()
  let hasBegun = false

  const isOnline = (member: MemberId): boolean => {
    const presence = people.get(member)?.presence
    return presence !== undefined && presence !== 'offline'
  }

  const known = (): Map<MemberId, string> =>
    new Map([...present(), ...[...people].map(([id, { name }]) => [id, name] as const)])

  function apply(room: GuestRoom, event: RoomEvent): void {
    room.seq = event.seq
    switch (event.type) {
      case 'message.posted':
        // A text that was scrubbed since is nobody's message any more.
        if (event.text !== '') tell({ kind: 'posted', room, post: event })
        return
      case 'member.joined':
        if (event.member === self() || room.kind === 'direct') room.members.add(event.member)
        return tell({ kind: 'joined', room, member: event.member })
      case 'member.left':
        room.members.delete(event.member)
        return tell({ kind: 'left', room, member: event.member })
      case 'room.changed':
        room.name = event.name ?? room.name
        return
      // The guide's clients know no words for these; they see what became of it in the history.
      case 'room.created':
      case 'message.edited':
      case 'message.deleted':
      case 'reaction.added':
      case 'reaction.removed':
    }
  }

  /** What was said between coming in and the snapshot, which shows it as history. */
  function tellSnapshot(
    message: ServerMessageOf<'reset'>,
    room: GuestRoom,
    known: number | undefined,
  ): void {
    const { notices, messages } = message.page
    const own = notices.findLast(
      (notice) => notice.type === 'member.joined' && notice.member === self(),
    )
    const after = known ?? own?.seq ?? message.page.from - 1
    if (known === undefined && room.kind === 'group') tell({ kind: 'joined', room, member: self() })
    for (const { id, seq, at, author, text } of messages) {
      if (seq <= after || text === '') continue
      const post = { type: 'message.posted', id, seq, at, actor: author, text } as const
      tell({ kind: 'posted', room, post })
    }
  }

  return {
    room: (id) => rooms.get(id),
    get rooms() {
      return rooms.values()
    },
    get defaultRoom() {
      return [...rooms.values()].find(({ isDefault }) => isDefault)
    },
    nameOf: (member) => people.get(member)?.name ?? present().get(member) ?? member,
    has: (member) => people.has(member) || present().has(member),
    find(wanted) {
      const folded = fold(wanted)
      const names = known()
      const alike = [...names].filter(([, name]) => fold(name) === folded).map(([id]) => id)
      const exact = alike.filter((id) => names.get(id) === wanted)
      if (exact.length > 0) return exact.find(isOnline) ?? exact[0]
      return alike.length === 1 ? alike[0] : undefined
    },
    onlineNames: () => [
      ...new Set([
        ...[...people].filter(([id]) => isOnline(id)).map(([, { name }]) => name),
        ...present().values(),
      ]),
    ],

    people({ members }) {
      for (const member of members) {
        const { id, name } = member
        const before = isOnline(id)
        // The hub's own object, which all that look on share.
        people.set(id, member)
        const after = isOnline(id)
        if (hasBegun && id !== self() && before !== after) {
          tell({ kind: after ? 'online' : 'offline', name })
        }
      }
    },

    events(message) {
      const room = rooms.get(message.room)
      if (room === undefined) return
      for (const event of message.events) if (event.seq > room.seq) apply(room, event)
      if (!room.members.has(self())) rooms.delete(room.id)
    },

    reset(message) {
      const known = rooms.get(message.room.id)?.seq
      const room = guestRoom(message.room, self())
      rooms.set(room.id, room)
      if (hasBegun) tellSnapshot(message, room, known)
    },

    gone: (room) => void rooms.delete(room),
    begin() {
      hasBegun = true
    },
    get hasBegun() {
      return hasBegun
    },
  }
}

import type { ClientMessage, Request } from '../../../protocol/client-messages.ts'
import type { CloseCode } from '../../../protocol/errors.ts'
import type { MemberId, MessageId, RoomId } from '../../../protocol/ids.ts'
import { sentTextSchema } from '../../../protocol/records.ts'
import type { ServerMessage } from '../../../protocol/server-messages.ts'
import type { Clock, Socket } from '../../hub/ports.ts'
import type { GuestHub, GuestIdentity } from '../guests.ts'
import type { GuestEvent } from './guest-events.ts'
import { createNameWaiting } from './name-waiting.ts'
import { nobodyPresent, type PresentGuests } from './present-guests.ts'
import { createGuestWorld, type GuestWorld } from './guest-world.ts'
import { createGuestWrites, type Written } from './guest-writes.ts'
import { fault, ok, type Outcome } from './outcome.ts'

/** Requests of one client that the hub has not answered yet. */
const MAX_REQUESTS = 100

/** The way to the client, as far as the hub minds it (see `Socket`). */
export type GuestLine = Pick<Socket, 'address' | 'queuedBytes' | 'onDrained' | 'ping'>

type Answer = Extract<ServerMessage, { type: 'done' | 'page' | 'directory' }>
/** What foreign clients can be told of. The rest only Landline's own have words for. */
const HEARD = [
  'waiting',
  'welcome',
  'rejected',
  'synced',
  'people',
  'events',
  'reset',
  'room-gone',
  'ack',
  'refused',
  'held',
  'done',
  'page',
  'directory',
  'failed',
  'typing',
] as const
type Heard = Extract<ServerMessage, { type: (typeof HEARD)[number] }>
const heardTypes: ReadonlySet<string> = new Set(HEARD)
const isHeard = (message: ServerMessage): message is Heard => heardTypes.has(message.type)
/** A union loses no member's fields by leaving one out. */
type Unnumbered<Each> = Each extends Request ? Omit<Each, 'ref'> : never

/**
 * A member of the session inside the server, on behalf of a client that speaks another protocol. It talks to the
 * hub as every device does, so that permissions, limits, numbers and presence are the same for everybody.
 */
export interface GuestSession {
  readonly identity: GuestIdentity
  /** Known for certain once the door is told `ready`. */
  readonly self: MemberId
  readonly world: GuestWorld
  /** The name others see. */
  name(): string
  /** Answers when the message is on disk, and its own event was told. */
  post(room: RoomId, text: string, id?: MessageId): Promise<Outcome<Written>>
  request(request: Unnumbered<Request>): Promise<Outcome<Answer>>
  /** Who of the session has a token of this subject, by the same issuer. */
  bearer(subject: string): Promise<MemberId | undefined>
  /** What the token says they came by, or the last one that was taken since. */
  claims(): Readonly<Record<string, unknown>>
  /** Another bearer token, so that they may stay; answers until when, in milliseconds since 1970. */
  refreshToken(token: string): Promise<Outcome<number>>
  signal(message: Extract<ClientMessage, { type: 'typing' | 'read' | 'presence' }>): void
  /** The answer to the line's `ping`. */
  pong(): void
  /** The client is gone. */
  close(): void
}

export function openGuestSession(ports: {
  readonly hub: GuestHub
  readonly identity: GuestIdentity
  readonly line: GuestLine
  readonly clock: Pick<Clock, 'after'>
  readonly present: PresentGuests
  readonly uuid: () => string
  readonly told: (event: GuestEvent) => void
  /** The hub has ended the connection. */
  readonly closed: (code: CloseCode, reason: string) => void
}): GuestSession {
  const { identity, line } = ports
  let self = identity.memberId
  /** Whoever is a guest by role sees only those they share a room with (I8). */
  let seesEverybody = false
  let leave = (): void => {}
  const world = createGuestWorld(
    () => self,
    tellDoor,
    () => (seesEverybody ? ports.present.names : nobodyPresent),
  )
  const inbox = createNameWaiting<Heard>({
    clock: ports.clock,
    isKnown: (member) => !world.hasBegun || world.has(member),
    pass: receive,
  })
  const writes = createGuestWrites({ clock: ports.clock, tell })
  const requests = new Map<number, (outcome: Outcome<Answer>) => void>()
  let { claims } = identity
  let nextRef = 1
  let isOpen = true
  /** Acknowledged posts whose event is still on its way, in the order of their numbers. */
  let unseen: { readonly room: RoomId; readonly seq: number; readonly seen: () => void }[] = []

  function tell(message: ClientMessage): void {
    if (isOpen) connection.receive({ kind: 'message', message })
  }

  function tellDoor(event: GuestEvent): void {
    if (isOpen) ports.told(event)
  }

  function answer(ref: number, outcome: Outcome<Answer>): void {
    const done = requests.get(ref)
    requests.delete(ref)
    done?.(outcome)
  }

  function end(): void {
    if (!isOpen) return
    isOpen = false
    leave()
    inbox.stop()
    writes.end()
    const ended = fault('unavailable', 'The connection ended.')
    for (const ref of requests.keys()) answer(ref, ended)
    for (const { seen } of unseen.splice(0)) seen()
  }

  function lookForSeen(): void {
    if (unseen.length === 0) return
    const isSeen = ({ room, seq }: { room: RoomId; seq: number }): boolean =>
      (world.room(room)?.seq ?? Infinity) >= seq
    const seen = unseen.filter(isSeen)
    unseen = unseen.filter((each) => !isSeen(each))
    for (const each of seen) each.seen()
  }

  function receive(message: Heard): void {
    switch (message.type) {
      case 'waiting':
        return tellDoor({ kind: 'waiting' })
      case 'welcome':
        seesEverybody = message.self.role !== 'guest'
        return tell({ type: 'sync', cursors: [] })
      case 'rejected':
        return tellDoor({ kind: 'rejected', code: message.code, message: message.message })
      case 'synced':
        // As the hub has named them, which may be with a number.
        leave = ports.present.enter(self, world.nameOf(self))
        world.begin()
        return tellDoor({ kind: 'ready' })
      case 'people':
        return world.people(message)
      case 'events':
        world.events(message)
        return lookForSeen()
      case 'reset':
        world.reset(message)
        return lookForSeen()
      case 'room-gone':
        world.gone(message.room)
        return lookForSeen()
      case 'ack':
      case 'refused':
      case 'held':
        return writes.receive(message)
      case 'done':
      case 'page':
      case 'directory':
        return answer(message.ref, ok(message))
      case 'failed':
        return answer(message.ref, fault(message.code, message.message))
      case 'typing': {
        const room = world.room(message.room)
        const { member, active } = message
        if (room !== undefined) tellDoor({ kind: 'typing', room, member, active })
      }
    }
  }

  const socket: Socket = {
    ...line,
    send(message) {
      if (isOpen && isHeard(message)) inbox.receive(message)
    },
    admitted(member) {
      self = member
    },
    close(code, reason) {
      if (!isOpen) return
      end()
      ports.closed(code, reason)
    },
  }
  const connection = ports.hub.admitGuest(identity, socket)

  return {
    identity,
    get self() {
      return self
    },
    world,
    name: () => (world.has(self) ? world.nameOf(self) : identity.name),
    async post(room, text, id) {
      // The hub takes it for granted that a door has read the frame: this is the door's reading.
      const read = sentTextSchema.safeParse(text)
      if (!read.success) {
        const tooLarge = read.error.issues.some(({ code }) => code === 'too_big')
        const words = read.error.issues[0]?.message ?? 'not a text'
        return fault(tooLarge ? 'too-large' : 'malformed', `The message: ${words}.`)
      }
      const named = id ?? (ports.uuid() as MessageId)
      const outcome = await writes.post(room, named, read.data)
      if (outcome.kind === 'ok' && isOpen) {
        const { seq } = outcome.value
        await new Promise<void>((seen) => {
          unseen.push({ room, seq, seen })
          lookForSeen()
        })
      }
      return outcome
    },
    request: (wanted) =>
      new Promise((done) => {
        if (!isOpen) return done(fault('unavailable', 'The connection ended.'))
        if (requests.size >= MAX_REQUESTS) {
          return done(fault('rate-limited', 'Too many requests wait for their answer.'))
        }
        const ref = nextRef++
        requests.set(ref, done)
        tell({ ...wanted, ref })
      }),
    async bearer(subject) {
      const { iss } = identity.claims
      return ports.hub.memberOf(typeof iss === 'string' ? iss : '', subject)
    },
    claims: () => claims,
    async refreshToken(token) {
      const refreshed = await connection.refresh(token)
      if (refreshed.kind === 'fault') return refreshed
      claims = refreshed.claims ?? claims
      return ok(refreshed.expiresAt)
    },
    signal: tell,
    pong: () => connection.pong(),
    close() {
      end()
      connection.closed()
    },
  }
}

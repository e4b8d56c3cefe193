import type { MessageId } from '../../../protocol/ids.ts'
import type { Clock } from '../../hub/ports.ts'
import { type BucketSize, fullBucket, takeToken } from '../../hub/rate-limit.ts'
import type { GuestRoom } from '../guest/guest-events.ts'
import type { GuestRooms } from '../guest/guest-rooms.ts'
import type { GuestSession } from '../guest/guest-session.ts'
import { fault, type Fault, ok, type Outcome } from '../guest/outcome.ts'
import type { WebSocketLine } from '../web-socket-line.ts'
import type { PlainMessage } from './plain-messages.ts'
import type { Player, Players } from './players.ts'

const MAX_RELAYED_BYTES = 65_536
/** Sixty a second, as games have frames, and what they may weigh. */
const RELAYS: BucketSize = { burst: 120, perMinute: 3_600 }
const RELAYED_BYTES: BucketSize = { burst: 1_048_576, perMinute: 15_728_640 }
/** What is passed on is old in a moment: who has so much waiting is left out. */
const SKIP_ABOVE_BYTES = 262_144

type Relayed = Extract<PlainMessage, { type: 'game_state' | 'player_action' }>
export type Registration = Extract<PlainMessage, { type: 'register' }>['body']

/** What makes a client of the plain door a game client (G7). */
export interface Game {
  register(body: Registration): Promise<Outcome<object>>
  isRegistered(): boolean
  /** Whether what is said in the room is chat of the game. */
  playsIn(room: GuestRoom): boolean
  roomFor(name: string | undefined): GuestRoom | undefined
  /** To the other players of the room, at once; stored only if asked for. */
  relay(message: Relayed): Outcome<null>
  relayBinary(data: Buffer): Outcome<null>
  leave(): void
}

export function createGame(ports: {
  readonly session: GuestSession
  readonly rooms: GuestRooms
  readonly line: WebSocketLine
  readonly players: Players
  readonly clock: Pick<Clock, 'monotonic'>
  readonly uuid: () => string
  readonly tell: (message: object) => void
}): Game {
  const { session, rooms, line, players, clock } = ports
  const relays = fullBucket(RELAYS, clock.monotonic())
  const bytes = fullBucket(RELAYED_BYTES, clock.monotonic())
  let current: { readonly playerId: string; readonly player: Player } | undefined
  let leave = (): void => {}

  function pass(data: string | Buffer, post?: MessageId): Outcome<null> {
    if (current === undefined) return notRegistered
    const size = Buffer.byteLength(data)
    if (size > MAX_RELAYED_BYTES) return tooLarge
    const now = clock.monotonic()
    const wait = takeToken(relays, RELAYS, now) || takeToken(bytes, RELAYED_BYTES, now, size)
    if (wait > 0) return tooFast
    players.relay(current.player, data, post)
    return ok(null)
  }

  return {
    async register({ playerId, platform, room: name }) {
      let room = session.world.defaultRoom
      if (name !== undefined) {
        const joined = await rooms.join(name)
        if (joined.kind === 'fault') return joined
        room = joined.value.room
      }
      if (room === undefined) return fault('not-allowed', 'You are not in the group of everybody.')
      leave()
      const { id } = room
      const player: Player = {
        room: id,
        isInRoom: () => session.world.room(id) !== undefined,
        relay(data) {
          if (line.queuedBytes() <= SKIP_ABOVE_BYTES) line.send(data)
        },
      }
      leave = players.enter(player)
      current = { playerId, player }
      return ok({ type: 'registered', playerId, platform, name: session.name(), room: room.name })
    },

    isRegistered: () => current !== undefined,
    playsIn: (room) => current?.player.room === room.id,

    roomFor(name) {
      if (current === undefined) return undefined
      return name === undefined ? session.world.room(current.player.room) : rooms.group(name)
    },

    relay({ type, body }) {
      if (current === undefined) return notRegistered
      const { playerId, player } = current
      // What is known of the sender is said last: nobody speaks for somebody else.
      const text = JSON.stringify({ ...body, type, playerId, from: session.name() })
      const id = body.store === true ? (ports.uuid() as MessageId) : undefined
      const passed = pass(text, id)
      if (passed.kind === 'fault' || id === undefined) return passed
      void session.post(player.room, text, id).then((outcome) => {
        const { kind } = outcome
        if (kind === 'fault') ports.tell({ type: 'error', ...outcome, kind: undefined })
      })
      return passed
    },

    relayBinary: (data) => pass(data),
    leave() {
      leave()
      current = undefined
    },
  }
}

const notRegistered: Fault = fault('unexpected', 'Register first, with «playerId» and «platform».')
const tooLarge: Fault = fault(
  'too-large',
  `What is passed on has at most ${MAX_RELAYED_BYTES} bytes.`,
)
const tooFast: Fault = fault('rate-limited', 'At most 60 a second, and 256 KiB, are passed on.')

import { CloseCode } from '../../../protocol/errors.ts'
import type { MessageId, RoomId } from '../../../protocol/ids.ts'
import { type Bucket, type BucketSize, fullBucket, takeToken } from '../../hub/rate-limit.ts'
import type { ForeignDoorPorts } from '../foreign-door.ts'
import type { GuestEvent } from '../guest/guest-events.ts'
import { createGuestRooms, type GuestRooms } from '../guest/guest-rooms.ts'
import { type GuestSession, openGuestSession } from '../guest/guest-session.ts'
import type { Entered } from '../guest/identify.ts'
import { fault, type Fault, type Outcome } from '../guest/outcome.ts'
import { MAX_STRANGER_BYTES } from '../intake.ts'
import type { RecentIds } from '../recent-ids.ts'
import type { WebSocketLine } from '../web-socket-line.ts'
import type { LineUser } from '../foreign-upgrades.ts'
import { createGame, type Game } from './game.ts'
import { type PlainMessage, readPlain } from './plain-messages.ts'
import { plainWords } from './plain-words.ts'
import type { Players } from './players.ts'

/** Holds the longest message with every character escaped. */
const MAX_TEXT_BYTES = 131_072
/** Frames that wait for those before them, and what they may hold; less before the hub has let the client in. */
const MAX_WAITING_BYTES = 1_048_576
const MAX_WAITING = 2_000
/** Frames of any kind; who sends more is closed. */
const FRAMES: BucketSize = { burst: 2_000, perMinute: 12_000 }

export interface PlainConnectionPorts extends ForeignDoorPorts {
  readonly entered: Entered
  readonly players: Players
  /** Posts that players were told of already. */
  readonly relayed: RecentIds
  /** Types of messages that are taken. */
  readonly taken: ReadonlySet<string>
  readonly takesGames: boolean
  readonly echo: boolean
  readonly ended: () => void
}

export interface PlainConnection extends LineUser {
  shutDown(): void
}

/** One client of the plain JSON door. */
export function createPlainConnection(
  line: WebSocketLine,
  ports: PlainConnectionPorts,
): PlainConnection {
  const { clock, meter, entered } = ports
  const frames: Bucket = fullBucket(FRAMES, clock.monotonic())
  /** What this connection posts is not told to it again. */
  const own = new Set<MessageId>()
  let queue: { readonly data: Buffer; readonly isBinary: boolean }[] = []
  let queuedBytes = 0
  let isWorking = false
  let isReady = false
  let isOver = false
  let rooms: GuestRooms | undefined
  let game: Game | undefined

  function tell(message: object): void {
    meter.count('messages-out')
    line.send(JSON.stringify(message))
  }

  function tellFault({ code, message }: Pick<Fault, 'code' | 'message'>, id?: string): void {
    tell({ type: 'error', code, message, ...(id === undefined ? {} : { id }) })
  }

  function end(): void {
    if (isOver) return
    isOver = true
    queue = []
    game?.leave()
    session.close()
    entered.leave()
    ports.ended()
  }

  function close(code: CloseCode, reason: string): void {
    if (isOver) return
    line.close(code, reason.slice(0, 100))
    end()
  }

  function told(event: GuestEvent): void {
    if (event.kind === 'rejected') return tellFault(event)
    if (event.kind === 'waiting') return tell({ type: 'waiting' })
    if (event.kind === 'ready') {
      rooms = createGuestRooms(session, ports.ids)
      game = ports.takesGames ? createGame({ session, rooms, line, tell, ...ports }) : undefined
      isReady = true
      return void work()
    }
    if (event.kind !== 'posted') return
    if (own.delete(event.post.id)) return
    const isPlayer = game?.playsIn(event.room) === true
    if (isPlayer && ports.relayed.has(event.post.id)) return
    tell(plainWords(event, session, isPlayer))
  }

  const session: GuestSession = openGuestSession({
    hub: ports.hub,
    identity: entered.identity,
    line,
    clock,
    uuid: ports.uuid,
    present: ports.present,
    told,
    closed: (code, reason) => {
      // It may have been refused at once, before there was anything to end.
      queueMicrotask(() => close(code, reason))
    },
  })

  async function post(room: RoomId, text: string, name: string | undefined): Promise<void> {
    const id =
      name === undefined
        ? (ports.uuid() as MessageId)
        : ports.ids.message(entered.identity.memberId, name)
    own.add(id)
    const outcome = await session.post(room, text, id)
    own.delete(id)
    if (isOver) return
    if (outcome.kind === 'ok') {
      const timestamp = new Date(outcome.value.at).toISOString()
      return name === undefined ? undefined : tell({ type: 'ack', id: name, timestamp })
    }
    // The id is made of the person and the name they gave it: only they can have taken it, on an earlier line.
    if (outcome.code === 'id-taken' && name !== undefined) return tell({ type: 'ack', id: name })
    tellFault(outcome, name)
  }

  /** A promise only where what follows has to wait for it. */
  function carryOut(message: PlainMessage, to: GuestRooms): Promise<void> | void {
    const { world } = session
    switch (message.type) {
      case 'broadcast': {
        const { content, channel, id } = message.body
        const room = channel === undefined ? world.defaultRoom : to.group(channel)
        if (room === undefined) return tellFault(notSubscribed, id)
        return void post(room.id, content, id)
      }
      case 'private': {
        const { target, content, id } = message.body
        void to.person(target).then(async (member) => {
          if (member === undefined) return tellFault(noSuchMember, id)
          const room = await to.direct(member)
          if (room.kind === 'ok') await post(room.value.id, content, id)
          else tellFault(room, id)
        })
        return undefined
      }
      case 'subscribe':
        return answered(to.join(message.body.channel), () => ({
          ...{ type: 'subscribed', ...message.body },
        }))
      case 'unsubscribe':
        return answered(to.leave(message.body.channel), () => ({
          ...{ type: 'unsubscribed', ...message.body },
        }))
      case 'refresh_token':
        return void answered(session.refreshToken(message.body.token), (expiresAt) => ({
          ...{ type: 'token_taken', expiresAt },
        }))
      case 'register':
        return answered(game?.register(message.body) ?? notRegistered, (answer) => answer)
      case 'chat': {
        const room = game?.roomFor(message.body.room)
        if (room === undefined) return tellFault(notRegistered, message.body.id)
        return void post(room.id, message.body.message, message.body.id)
      }
      case 'game_state':
      case 'player_action': {
        const outcome = game?.relay(message) ?? notRegistered
        return outcome.kind === 'fault' ? tellFault(outcome) : undefined
      }
    }
  }

  async function answered<Value>(
    outcome: Promise<Outcome<Value>> | Outcome<Value>,
    answer: (value: Value) => object,
  ): Promise<void> {
    const settled = await outcome
    if (settled.kind === 'fault') tellFault(settled)
    else tell(answer(settled.value))
  }

  function take(text: string, to: GuestRooms): Promise<void> | void {
    const read = readPlain(text, ports.taken)
    switch (read.kind) {
      case 'message':
        return carryOut(read.message, to)
      case 'wrong':
        return tellFault({ code: 'malformed', message: read.message })
      case 'unknown':
        if (!ports.echo) return tellFault(read)
        meter.count('messages-out')
        line.send(`Echo: ${text}`)
    }
  }

  function takeBinary(data: Buffer): void {
    if (game?.isRegistered() === true) {
      const outcome = game.relayBinary(data)
      if (outcome.kind === 'fault') tellFault(outcome)
    } else if (ports.echo) {
      line.send(data)
    } else {
      tellFault(game === undefined ? noBinary : notRegistered)
    }
  }

  /** In the order they came; joining a room is waited for, being stored is not. */
  async function work(): Promise<void> {
    if (isWorking || !isReady || rooms === undefined) return
    isWorking = true
    for (let next = queue.shift(); next !== undefined && !isOver; next = queue.shift()) {
      queuedBytes -= next.data.length
      if (next.isBinary) takeBinary(next.data)
      else await take(next.data.toString(), rooms)
    }
    isWorking = false
  }

  return {
    receive(data, isBinary) {
      if (isOver) return
      meter.count('messages-in')
      if (takeToken(frames, FRAMES, clock.monotonic()) > 0) {
        return close(CloseCode.rateLimited, 'too many messages')
      }
      if (!isBinary && data.length > MAX_TEXT_BYTES) {
        return tellFault(fault('too-large', `A message has at most ${MAX_TEXT_BYTES} bytes.`))
      }
      queue.push({ data, isBinary })
      queuedBytes += data.length
      if (
        queue.length > MAX_WAITING ||
        queuedBytes > (isReady ? MAX_WAITING_BYTES : MAX_STRANGER_BYTES)
      ) {
        return close(CloseCode.rateLimited, 'too much at once')
      }
      void work()
    },
    pong: () => session.pong(),
    tooSlow() {
      meter.count('slow-consumers')
      end()
    },
    closed: end,
    isAdmitted: () => isReady,
    shutDown: () => close(CloseCode.serviceRestart, 'restarting'),
  }
}

const noSuchMember = fault('no-such-member', 'There is nobody of this name.')
const notSubscribed = fault('not-a-member', 'You have not subscribed to this channel.')
const notRegistered = fault('unexpected', 'Register first, with «playerId» and «platform».')
const noBinary = fault('malformed', 'Binary messages are not taken here.')

import { CloseCode } from '../../../protocol/errors.ts'
import type { MessageId } from '../../../protocol/ids.ts'
import type { Clock, Meter } from '../../hub/ports.ts'
import type { GuestEvent } from '../guest/guest-events.ts'
import { createGuestRooms } from '../guest/guest-rooms.ts'
import { type GuestSession, openGuestSession } from '../guest/guest-session.ts'
import type { Entered, Person } from '../guest/identify.ts'
import type { NameIds } from '../guest/name-ids.ts'
import type { PresentGuests } from '../guest/present-guests.ts'
import type { GuestHub } from '../guests.ts'
import { MAX_STRANGER_BYTES } from '../intake.ts'
import type { WebSocketLine } from '../web-socket-line.ts'
import { createDispatcher, type Dispatcher } from './dispatcher.ts'
import { readHandshake } from './handshake.ts'
import { type FromClient, type HubProtocol, ProtocolFault, type ToClient } from './hub-message.ts'
import { createOutgoing } from './outgoing.ts'
import { invocationsFor } from './payloads.ts'
import type { SignalrTimes } from './times.ts'

export interface HubConnectionPorts {
  readonly hub: GuestHub
  readonly ids: NameIds
  readonly present: PresentGuests
  readonly clock: Clock
  readonly meter: Meter
  readonly uuid: () => string
  readonly connectionId: string
  readonly person: Person
  readonly entered: Entered
  readonly mayResume: boolean
  readonly times: SignalrTimes
  readonly maxMessageBytes: number
  readonly maxQueuedBytes: number
  /** Messages sent with a token, so that everybody at this door is told they were. */
  readonly authenticated: { add(id: MessageId): void; has(id: string): boolean }
  readonly ended: () => void
}

/** A client's connection from its first line to its end; between two lines of a resuming client it lives on. */
export interface HubConnection {
  /** Whether another line may take the place of the first. */
  mayAttach(): boolean
  /** A line for it: the first one, or the next of a client that resumes. */
  attach(line: WebSocketLine): void
  receive(line: WebSocketLine, data: Buffer): void
  pong(line: WebSocketLine): void
  lineClosed(line: WebSocketLine): void
  isAdmitted(): boolean
  /** The line's queue grew over its bound: it is closing. */
  tooSlow(): void
  /** Once a second. */
  tick(): void
  /** The server stops: the client should come back. */
  shutDown(): void
}

type State = 'handshake' | 'entering' | 'open' | 'cut' | 'over'

export function createHubConnection(ports: HubConnectionPorts): HubConnection {
  const { clock, times, person, entered, maxMessageBytes } = ports
  const out = createOutgoing({
    clock,
    maxQueuedBytes: ports.maxQueuedBytes,
    overflow() {
      ports.meter.count('slow-consumers')
      close(CloseCode.slowConsumer, 'reading too slowly')
    },
  })
  let state: State = 'handshake'
  let since = clock.monotonic()
  let lastHeard = since
  let early: Buffer = Buffer.alloc(0)
  let session: GuestSession | undefined
  let dispatcher: Dispatcher | undefined
  let rejection: string | undefined
  let timeoutWords = 'No handshake in time.'
  const joined = new Set<string>()

  function send(message: ToClient): void {
    if (state === 'over') return
    ports.meter.count('messages-out')
    out.send(message)
  }

  function end(): void {
    if (state === 'over') return
    state = 'over'
    dispatcher?.end()
    session?.close()
    entered.leave()
    out.end()
    ports.ended()
  }

  /** Says why in the protocol's own words first. */
  function close(code: CloseCode, error: string | undefined): void {
    if (state === 'over') return
    if (state === 'open') {
      out.sendLast({ kind: 'close', error, allowReconnect: COME_BACK.has(code) })
    } else if (state !== 'cut') {
      out.answerHandshake(error)
    }
    out.line?.close(code, (error ?? '').slice(0, 100))
    end()
  }

  function told(event: GuestEvent): void {
    // The hub's close follows, and says whether to come again.
    if (event.kind === 'rejected') return void (rejection = event.message)
    if (event.kind === 'waiting') {
      timeoutWords = 'The host has not let you in yet. Try again.'
      since = clock.monotonic() + times.approvalMs - times.handshakeMs
      return
    }
    const { protocol } = out
    if (session === undefined || protocol === undefined) return
    if (event.kind === 'ready') return opened(session)
    const context = {
      protocol: protocol.name,
      session,
      isAuthenticatedMessage: ports.authenticated.has,
      hasJoined: (name: string) => joined.has(name),
    }
    for (const message of invocationsFor(event, context)) send(message)
  }

  function enter(agreed: HubProtocol, version: number, rest: Buffer): void {
    out.agree(agreed, ports.mayResume && version >= 2)
    state = 'entering'
    early = rest
    const opening = openGuestSession({
      hub: ports.hub,
      identity: entered.identity,
      line: {
        address: out.line?.address ?? 'unknown',
        queuedBytes: out.queuedBytes,
        onDrained: out.onDrained,
        // While the line is cut the door answers for the client, up to its own limit.
        ping: () => (out.line === undefined ? session?.pong() : out.line.ping()),
      },
      clock,
      uuid: ports.uuid,
      present: ports.present,
      told,
      closed: (code, reason) => close(code, rejection ?? reason),
    })
    // The hub may have refused at once.
    if (state === 'entering') session = opening
  }

  function opened(guest: GuestSession): void {
    if (state !== 'entering') return
    out.answerHandshake()
    state = 'open'
    dispatcher = createDispatcher({
      context: {
        connectionId: ports.connectionId,
        session: guest,
        rooms: createGuestRooms(guest, ports.ids),
        isAuthenticated: person.isAuthenticated,
        uuid: ports.uuid,
        send,
        markAuthenticated: ports.authenticated.add,
        joined,
      },
      send,
      paced: out.paced,
    })
    send({
      kind: 'invocation',
      target: 'Welcome',
      argument: {
        message: 'Welcome to the chat!',
        connectionId: ports.connectionId,
        onlineUsers: guest.world.onlineNames(),
      },
    })
    const data = early
    early = Buffer.alloc(0)
    if (data.length > 0) read(data)
  }

  function read(data: Buffer): void {
    let messages: FromClient[]
    try {
      messages = out.protocol?.decode(data) ?? []
      // A resuming client counts from its first message on, and is ready when it has said something.
      if (data.length > 0) out.buffer?.start()
      for (const message of messages) if (state === 'open') take(message)
    } catch (fault) {
      if (!(fault instanceof ProtocolFault)) throw fault
      ports.meter.count('frames-malformed')
      close(CloseCode.malformed, fault.message)
    }
  }

  function take(message: FromClient): void {
    ports.meter.count('messages-in')
    if (out.buffer?.isNew(message) === false) return
    switch (message.kind) {
      case 'invocation':
      case 'stream-invocation':
        if (dispatcher?.call(message) === false) {
          close(CloseCode.rateLimited, 'Too many invocations at a time.')
        }
        return
      case 'cancel':
        return dispatcher?.cancel(message.id)
      case 'close':
        out.line?.close(CloseCode.normal, '')
        return end()
      case 'ack':
        return out.checkDrained()
      case 'ping':
      case 'sequence':
      case 'upload':
      case 'unknown':
    }
  }

  function shakeHands(data: Buffer): void {
    early = Buffer.concat([early, data])
    const handshake = readHandshake(early, maxMessageBytes)
    if (handshake.kind === 'failed') close(CloseCode.malformed, handshake.error)
    if (handshake.kind !== 'agreed') return
    enter(handshake.protocol, handshake.version, handshake.rest)
  }

  return {
    mayAttach: () => out.buffer !== undefined && (state === 'open' || state === 'cut'),

    attach(next) {
      // The old line may not know yet that it is dead.
      const { line: old, buffer } = out
      out.line = next
      if (state === 'handshake') return
      // It may have ended while the line was being made.
      if (buffer === undefined || state === 'over') return next.terminate()
      old?.terminate()
      state = 'open'
      lastHeard = clock.monotonic()
      buffer.disconnected()
      buffer.resume()
    },

    receive(from, data) {
      if (from !== out.line || state === 'over') return
      lastHeard = clock.monotonic()
      if (state === 'handshake') return shakeHands(data)
      if (state === 'open') return read(data)
      early = Buffer.concat([early, data])
      if (early.length > MAX_STRANGER_BYTES)
        close(CloseCode.tooLarge, 'Too much before the answer.')
    },

    pong(from) {
      if (from === out.line) session?.pong()
    },

    lineClosed(closed) {
      if (closed !== out.line || state === 'over') return
      out.line = undefined
      const { buffer } = out
      if (state !== 'open' || buffer === undefined) return end()
      state = 'cut'
      since = clock.monotonic()
      buffer.disconnected()
      out.checkDrained()
    },

    isAdmitted: () => state === 'open',

    shutDown: () => close(CloseCode.serviceRestart, 'restarting'),

    tooSlow() {
      ports.meter.count('slow-consumers')
      end()
    },

    tick() {
      const now = clock.monotonic()
      if (state === 'cut') return now - since >= times.resumeMs ? end() : undefined
      if (state !== 'open') {
        if (now - since >= times.handshakeMs) close(CloseCode.handshakeTimeout, timeoutWords)
        return
      }
      if (now - lastHeard >= times.timeoutMs) {
        if (out.buffer !== undefined) return out.line?.terminate()
        return close(CloseCode.heartbeatTimeout, 'The client has said nothing.')
      }
      out.buffer?.start()
      const received = out.buffer?.unacknowledged()
      if (received !== undefined) send({ kind: 'ack', sequence: received })
      if (now - out.lastSent >= times.keepAliveMs) send({ kind: 'ping' })
      out.checkDrained()
    },
  }
}

/** After these a client with automatic reconnect should try again; one with a token provider by a new token. */
const COME_BACK: ReadonlySet<CloseCode> = new Set([
  CloseCode.serviceRestart,
  CloseCode.tryAgainLater,
  CloseCode.slowConsumer,
  CloseCode.superseded,
  CloseCode.heartbeatTimeout,
  CloseCode.rateLimited,
  CloseCode.unauthorized,
])

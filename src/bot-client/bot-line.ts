import { NO_CHANNEL, proofText } from '../protocol/device-proof.ts'
import type { ClientMessage } from '../protocol/client-messages.ts'
import { decodeServerMessage, encode } from '../protocol/codec.ts'
import { CloseCode } from '../protocol/errors.ts'
import type { ServerMessage } from '../protocol/server-messages.ts'
import { SUBPROTOCOL, SUPPORTED_VERSIONS } from '../protocol/version.ts'
import type { BotClock } from './bot-clock.ts'
import type { BotIdentity } from './bot-identity.ts'

const FIRST_RETRY_MS = 1_000
const LONGEST_RETRY_MS = 30_000
/** Asks for a sign of life at this interval, and gives up when nothing came for the longer one (D13). */
const PROBE_MS = 20_000
const SILENCE_MS = 45_000
const MAX_SUPERSEDED = 3
const SUPERSEDED_WITHIN_MS = 120_000
/** Refusals that may pass. */
const PASSING = new Set(['unavailable', 'rate-limited', 'session-full'])

/** The server refused for good; `code` is one of PROTOCOL.md, section 10. */
export class BotRefused extends Error {
  readonly code: string
  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

/** A connection that comes back by itself, past the handshake. */
export interface BotLine {
  /** False when it is not there now. */
  tell(message: ClientMessage): boolean
  /** Ends this connection and begins another at once, or when `begin` says so. */
  restart(): void
  close(): void
}

export function openBotLine(ports: {
  readonly url: string
  readonly identity: BotIdentity
  readonly name: string
  readonly fingerprint: string | undefined
  readonly clock: BotClock
  readonly makeSocket: (url: string, subprotocol: string) => WebSocket
  readonly welcomed: () => void
  readonly heard: (message: ServerMessage) => void
  readonly lost: () => void
  /** It will not come back by itself. */
  readonly ended: (reason: BotRefused | undefined) => void
}): BotLine {
  const { url, identity, name, clock } = ports
  const member = { id: identity.member, name }
  const device = { id: identity.device, name: 'bot', key: identity.key }
  let socket: WebSocket | undefined
  let cancelTimer = (): void => {}
  let attempts = 0
  let lastHeard = 0
  let isIn = false
  let isOver = false
  let superseded: number[] = []

  const say = (message: ClientMessage): void => socket?.send(encode(message))

  function dial(): void {
    cancelTimer()
    isIn = false
    const own = ports.makeSocket(url, SUBPROTOCOL)
    socket = own
    let refusal: BotRefused | undefined
    let comeBackMs: number | undefined
    lastHeard = clock.monotonic()
    cancelTimer = clock.after(PROBE_MS, probe)

    own.addEventListener('open', () => {
      if (socket === own) say({ type: 'hello', versions: [...SUPPORTED_VERSIONS], member, device })
    })
    own.addEventListener('message', ({ data }) => {
      if (socket !== own || typeof data !== 'string') return
      lastHeard = clock.monotonic()
      const decoded = decodeServerMessage(data)
      // Newer servers may say more than this client knows.
      if (decoded.kind === 'fault') return
      const { message } = decoded
      if (message.type === 'challenge') prove(message.session.id, message.nonce)
      else if (message.type === 'welcome') {
        attempts = 0
        isIn = true
        ports.welcomed()
      } else if (message.type === 'rejected') {
        if (!PASSING.has(message.code)) refusal = new BotRefused(message.code, message.message)
      } else if (message.type === 'bye') comeBackMs = message.reconnectAfterMs
      else if (isIn) ports.heard(message)
    })
    // What went wrong is not told to pages; `close` follows.
    own.addEventListener('error', () => {})
    own.addEventListener('close', ({ code }) => {
      if (socket === own) gone(code, refusal, comeBackMs)
    })
  }

  function prove(session: Parameters<typeof proofText>[0]['session'], nonce: string): void {
    const channel = ports.fingerprint ?? NO_CHANNEL
    const text = proofText({ session, channel, nonce, member, device })
    say({ type: 'proof', signature: identity.sign(text) })
  }

  function probe(): void {
    if (clock.monotonic() - lastHeard > SILENCE_MS) return restart()
    if (isIn) say({ type: 'ping', nonce: 1 })
    cancelTimer = clock.after(PROBE_MS, probe)
  }

  function gone(code: number, refusal: BotRefused | undefined, comeBackMs?: number): void {
    forget()
    if (isOver) return
    if (refusal !== undefined) return end(refusal)
    if (code === CloseCode.superseded) {
      const now = clock.monotonic()
      superseded = [...superseded.filter((at) => now - at < SUPERSEDED_WITHIN_MS), now]
      if (superseded.length >= MAX_SUPERSEDED) {
        return end(new BotRefused('superseded', 'Another copy of this bot is running.'))
      }
    }
    const longest = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 1.5 ** attempts)
    attempts++
    cancelTimer = clock.after(comeBackMs ?? clock.random() * longest, dial)
  }

  function forget(): void {
    cancelTimer()
    socket = undefined
    const was = isIn
    isIn = false
    if (was) ports.lost()
  }

  function restart(): void {
    const old = socket
    forget()
    old?.close()
    if (!isOver) dial()
  }

  function end(reason: BotRefused | undefined): void {
    if (isOver) return
    isOver = true
    const old = socket
    forget()
    old?.close(CloseCode.normal)
    ports.ended(reason)
  }

  dial()
  return {
    tell(message) {
      if (!isIn) return false
      say(message)
      return true
    },
    restart,
    close: () => end(undefined),
  }
}

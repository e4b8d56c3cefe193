import { encode } from '../../protocol/codec.ts'
import type { ClientMessage, Hello, Proof } from '../../protocol/client-messages.ts'
import type { ServerMessageOf } from '../../protocol/server-messages.ts'
import type { Clock } from '../clock.ts'
import type { Logger } from '../logger.ts'
import type { TokenSource, TokenWish } from '../token-source.ts'
import type { ConnectionView, TokenReason } from '../views.ts'
import { connectionView, personIsNeededBy } from './connection-view.ts'
import { deadlineOf } from './deadline.ts'
import type { Effect, Input, Machine, Phase } from './phases.ts'
import { initialMachine, step } from './step.ts'
import type { HostTrust } from './host-trust.ts'
import { fateOf, type TokenFate } from './token-fate.ts'
import type { Dial, WireListener, WireSocket } from './wire-socket.ts'

/** What the connection needs from the session, and tells it. */
export interface ConnectionHost {
  hello(): Hello
  /** The answer to the server's challenge; `token`: a bearer token to show with it. */
  proof(nonce: string, token: string | null): Proof
  /** Let in: send `sync` now. */
  welcomed(welcome: ServerMessageOf<'welcome'>): void
  /** One frame, undecoded, of the connection that is current now. */
  frame(text: string): void
  /** The current connection is going away: take in what it brought before this is answered. */
  settle(): void
  /** The state changed; `live` says whether writes may be sent. */
  changed(view: ConnectionView): void
  /** The socket is gone; what was sent and not answered may or may not have arrived. */
  lost(): void
  goodAddress(address: string): void
  /** The server has said that this token lets this device in no more, or never did. */
  tokenOver(token: string, reason: TokenReason): void
}

export interface Connection {
  input(input: Input): void
  /** False when there is no connection that let us in: the message is then not sent. */
  send(message: ClientMessage): boolean
  view(): ConnectionView
  isLive(): boolean
  /** It was a bearer token that let this device in. */
  showsToken(): boolean
  /** Tries a bearer token that a person gives, and says what came of it. */
  signIn(token: string): Promise<Exclude<TokenFate, 'under-way'>>
  close(): void
}

/** Drives the state machine with a real clock and real sockets. */
export function startConnection(options: {
  readonly addresses: readonly string[]
  readonly trust: HostTrust
  readonly tokens?: TokenSource | undefined
  readonly dial: Dial
  readonly clock: Clock
  readonly random: () => number
  readonly logger: Logger
  readonly host: ConnectionHost
}): Connection {
  const { clock, host, logger } = options
  let machine: Machine = initialMachine(options.addresses, options.tokens !== undefined)
  /** Only the newest question to the source is waited for. */
  let question = 0
  const signingIn = new Set<() => void>()
  let socket: WireSocket | null = null
  let timer: { readonly due: number; readonly cancel: () => void } | null = null
  let closed = false
  let drawn = draw()
  const scheme = options.trust.kind === 'none' ? 'ws' : 'wss'

  function input(input: Input): void {
    if (closed) return
    const before = machine.phase
    const { machine: after, effects } = step(machine, input, {
      at: clock.monotonic(),
      random: options.random(),
    })
    machine = after
    for (const effect of effects) perform(effect)
    arm()
    for (const look of [...signingIn]) look()
    if (looksTheSame(before, machine.phase)) return
    logState(before.state)
    host.changed(view())
  }

  function perform(effect: Effect): void {
    switch (effect.kind) {
      case 'dial':
        forget()?.drop()
        socket = open(`${scheme}://${effect.address}/ws`)
        return
      case 'hello':
        socket?.send(encode(host.hello()))
        return
      case 'prove':
        socket?.send(encode(host.proof(effect.nonce, effect.token)))
        return
      case 'ask-token':
        void askSource(effect.why)
        return
      case 'sync':
        return host.welcomed(effect.welcome)
      case 'send':
        socket?.send(encode(effect.message))
        return
      case 'close':
        forget()?.close(effect.code, effect.reason)
        return
      case 'drop':
        forget()?.drop()
        return
      case 'remember':
        return host.goodAddress(effect.address)
      case 'token-over':
        return host.tokenOver(effect.token, effect.reason)
    }
  }

  async function askSource(why: TokenWish): Promise<void> {
    const mine = ++question
    const token = await options.tokens?.(why).then(
      (answer) => (answer.kind === 'token' ? answer.token : null),
      () => {
        // What went wrong there may be told with a secret in it.
        logger.error('the source of access tokens failed', { why })
        return null
      },
    )
    if (mine === question) input({ kind: 'token', token: token ?? null })
  }

  /** Takes the socket out of use; its unanswered writes are the outbox's again. */
  function forget(): WireSocket | null {
    const old = socket
    socket = null
    if (old !== null) host.lost()
    return old
  }

  function open(url: string): WireSocket {
    const listener: WireListener = {
      opened: () => {
        if (mine === socket) input({ kind: 'opened' })
      },
      frame: (text) => {
        if (mine !== socket) return
        input({ kind: 'heard' })
        host.frame(text)
      },
      heard: () => {
        if (mine === socket) input({ kind: 'heard' })
      },
      closed: (code, detail) => {
        if (mine !== socket) return
        logger.info('connection closed', { code, detail })
        host.settle()
        if (mine !== socket) return
        forget()
        input({ kind: 'closed', code })
      },
      distrusted: (why) => {
        if (mine !== socket) return
        logger.warn('whoever answered is not the host', { why })
        forget()
        input({ kind: 'distrusted', why })
      },
    }
    const mine: WireSocket = options.dial(url, listener, options.trust)
    return mine
  }

  /** One timer for all deadlines. A later deadline keeps the armed one: it ticks early and is armed again. */
  function arm(): void {
    const deadline = deadlineOf(machine)
    if (deadline === null) {
      timer?.cancel()
      timer = null
      return
    }
    if (timer !== null && timer.due <= deadline) return
    timer?.cancel()
    const cancel = clock.after(Math.max(0, deadline - clock.monotonic()), () => {
      timer = null
      input({ kind: 'tick' })
    })
    timer = { due: deadline, cancel }
  }

  /** Drawn once per phase: the two clocks do not tick together, and a deadline must not seem to move. */
  function view(): ConnectionView {
    if (drawn.phase !== machine.phase) drawn = draw()
    return drawn.view
  }

  function draw() {
    const { phase } = machine
    return { phase, view: connectionView(phase, clock.now() - clock.monotonic()) }
  }

  function logState(before: string): void {
    if (before !== machine.phase.state) {
      logger.info('connection state', { from: before, to: machine.phase.state })
    }
  }

  const isLetIn = (): boolean =>
    machine.phase.state === 'online' || machine.phase.state === 'catching-up'

  return {
    input,
    send(message) {
      if (socket === null || !isLetIn()) return false
      socket.send(encode(message))
      return true
    },
    view,
    isLive: () => machine.phase.state === 'online',
    showsToken: () => isLetIn() && machine.tokens.shown !== null,
    signIn(token) {
      question += 1
      return new Promise((resolve) => {
        const look = (): void => {
          const fate = fateOf(machine, token)
          if (fate === 'under-way') return
          signingIn.delete(look)
          resolve(fate)
        }
        input({ kind: 'sign-in', token })
        signingIn.add(look)
        look()
      })
    },
    close() {
      if (closed) return
      input({ kind: 'disconnect' })
      closed = true
      timer?.cancel()
      timer = null
    },
  }
}

/** Every frame heard makes a new phase; windows are only told of what they can see. */
function looksTheSame(before: Phase, after: Phase): boolean {
  if (before === after) return true
  if (before.state === 'online' || before.state === 'awaiting-approval') {
    return after.state === before.state && personIsNeededBy(after) === personIsNeededBy(before)
  }
  return (
    before.state === 'catching-up' &&
    after.state === 'catching-up' &&
    before.received === after.received &&
    before.total === after.total
  )
}

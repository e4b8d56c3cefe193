import { randomBytes } from 'node:crypto'
import type { Socket } from 'node:net'
import WebSocket from 'ws'
import { parseCode } from '../protocol/code.ts'
import type { SessionId } from '../protocol/ids.ts'
import { type PairingClock, systemPairingClock } from './clock.ts'
import { addressText, dialUnknown, type HostAddress } from './dial.ts'
import { createJoiner, type JoinerStep, type Secret } from './joiner.ts'
import {
  MAX_PAIRING_FRAME_BYTES,
  PAIRING_PATH,
  PAIRING_SUBPROTOCOL,
  PAIRING_TIMEOUT_MS,
} from './messages.ts'
import { failed, type PairingOutcome } from './outcome.ts'

/** A host that does not take the connection by then is not there. */
const CONNECT_MS = 4_000
/** Offer, share, grant. */
const MOST_FRAMES = 3

export interface PairTarget extends HostAddress {
  /** The only session to pair with, when it is known. */
  readonly sessionId?: SessionId | undefined
  /** The key that was announced, when one was: another one is told nothing. */
  readonly fingerprint?: string | undefined
}

export interface PairOptions {
  readonly signal?: AbortSignal
  readonly clock?: PairingClock
}

/** An invite for the code a host shows, from the host that made it and from nobody else. Never rejects. */
export function pairWithCode(
  { code, ...target }: PairTarget & { readonly code: string },
  options?: PairOptions,
): Promise<PairingOutcome> {
  // What cannot be a code is not worth a connection.
  const parsed = parseCode(code)
  if (parsed.kind === 'fault') {
    return Promise.resolve(failed('not-a-code', { detail: parsed.message }))
  }
  return pair(target, { kind: 'code', code: parsed.code }, options)
}

/** A single-use invite for the passphrase; the host never sees it, nor does anybody who poses as the host. */
export function pairWithPassphrase(
  { passphrase, ...target }: PairTarget & { readonly passphrase: string },
  options?: PairOptions,
): Promise<PairingOutcome> {
  return pair(target, { kind: 'passphrase', passphrase }, options)
}

function pair(
  target: PairTarget,
  secret: Secret,
  { signal, clock = systemPairingClock() }: PairOptions = {},
): Promise<PairingOutcome> {
  return new Promise((resolve) => {
    let giveUp = (): void => {}
    let over = false
    const finish = (outcome: PairingOutcome): void => {
      if (over) return
      over = true
      cancel()
      signal?.removeEventListener('abort', abort)
      giveUp()
      resolve(outcome)
    }
    const abort = (): void => finish(failed('aborted'))
    const cancel = clock.after(PAIRING_TIMEOUT_MS, () => finish(failed('timeout')))
    if (signal?.aborted === true) return abort()
    if (!(target.port >= 1 && target.port <= 65_535)) {
      return finish(failed('unreachable', { detail: 'not a port' }))
    }
    signal?.addEventListener('abort', abort)

    giveUp = dialUnknown(target, { connectMs: CONNECT_MS, clock }, (dialled) => {
      if (dialled.kind === 'failed') {
        return finish(failed(dialled.why, { detail: dialled.detail }))
      }
      const { socket, channel } = dialled
      if (target.fingerprint !== undefined && target.fingerprint !== channel) {
        socket.destroy()
        return finish(failed('other-key', { detail: 'the announcement names another key' }))
      }
      const address = addressText(target)
      const { sessionId } = target
      const joiner = createJoiner({ secret, channel, address, sessionId, random: randomBytes })
      giveUp = converse(socket, address, joiner, finish)
    })
  })
}

/** Carries the joiner's frames. Returns how to end it. */
function converse(
  socket: Socket,
  address: string,
  joiner: ReturnType<typeof createJoiner>,
  finish: (outcome: PairingOutcome) => void,
): () => void {
  // Whether it is encrypted was settled by the socket that is handed in. Not every address fits into a URL.
  const url = `ws://${address}${PAIRING_PATH}`
  const webSocket = new WebSocket(
    URL.canParse(url) ? url : `ws://landline.invalid${PAIRING_PATH}`,
    PAIRING_SUBPROTOCOL,
    {
      createConnection: () => socket,
      perMessageDeflate: false,
      maxPayload: MAX_PAIRING_FRAME_BYTES,
      followRedirects: false,
    },
  )
  let isOpen = false
  let frames = 0
  const lost = (detail: string): void =>
    finish(failed(isOpen ? 'unreachable' : 'not-a-host', { detail }))
  const take = (step: JoinerStep): void => {
    if (step.kind === 'end') finish(step.outcome)
    else webSocket.send(step.frame, () => {})
  }
  // A host that sends ahead of its turn is answered in turn.
  let turn = Promise.resolve()
  webSocket.on('open', () => {
    isOpen = true
    take(joiner.begin())
  })
  webSocket.on('message', (data, isBinary) => {
    if (isBinary || ++frames > MOST_FRAMES) {
      return finish(failed('not-a-host', { detail: 'frames of another kind' }))
    }
    const frame = (data as Buffer).toString('utf8')
    turn = turn.then(async () => take(await joiner.receive(frame)))
  })
  webSocket.on('unexpected-response', (_request, response) => {
    const isBusy = response.statusCode === 503 || response.statusCode === 429
    finish(failed(isBusy ? 'busy' : 'not-a-host', { detail: `HTTP ${response.statusCode}` }))
  })
  webSocket.on('error', (fault) => lost(fault.message))
  // What was received before the close counts first.
  webSocket.on('close', (code) => {
    void turn.then(() => lost(`closed with ${code}`))
  })
  return () => webSocket.terminate()
}

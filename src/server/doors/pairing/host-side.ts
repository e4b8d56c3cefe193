import { NO_CHANNEL } from '../../../protocol/device-proof.ts'
import { parseCode, selectorOf } from '../../../protocol/code.ts'
import type { SessionId } from '../../../protocol/ids.ts'
import { answerAsHost, type HostAnswer, type RandomBytes } from '../../../pairing/exchange.ts'
import {
  decodeJoiner,
  encodePairing,
  type HostMessage,
  type JoinerMessage,
  MAX_PAIRING_FRAME_BYTES,
  type Means,
  NONCE_BYTES,
  type RefusalCode,
} from '../../../pairing/messages.ts'
import type { Grant, PairingDesk, Proved } from './pairing-desk.ts'
import type { PairingTries, TryAnswer } from './pairing-tries.ts'

export interface HostSidePorts {
  readonly desk: PairingDesk
  readonly tries: PairingTries
  readonly random: RandomBytes
  /** Of the key this server shows in TLS, whoever signed its certificate; null without encryption. */
  readonly fingerprint: string | null
  readonly address: string
}

/** `last`: close after it. */
export interface HostReply {
  readonly frame: string
  readonly last: boolean
}

/** The host's side of one pairing, without a socket. */
export interface HostSide {
  /** Null: nothing to say, it is over. Rejects only for faults of the desk's store. */
  receive(frame: string): Promise<HostReply | null>
  /** The connection is gone; a try that was not confirmed stays counted. */
  closed(): void
}

type Started = Extract<TryAnswer, { kind: 'started' }>
type State =
  | { readonly step: 'waiting' }
  | {
      readonly step: 'offered'
      readonly means: Means
      readonly sessionId: SessionId
      readonly joinerNonce: Uint8Array
      readonly hostNonce: Uint8Array
    }
  | {
      readonly step: 'answered'
      readonly answer: HostAnswer
      readonly attempt: Started
      readonly proved: Proved
    }
  | { readonly step: 'over' }

export function createHostSide(ports: HostSidePorts): HostSide {
  const { desk, tries, random, address } = ports
  // Read by functions that others call in between, so not narrowed by its first value.
  let state = { step: 'waiting' } as State
  /** While the desk is asked nothing else is expected, and the connection may go. */
  let isAsking = false
  let isOutOfTurn = false

  const say = (message: HostMessage, last = false): HostReply => ({
    frame: encodePairing(message),
    last,
  })
  function refuse(code: RefusalCode, retryAfterMs?: number): HostReply {
    state = { step: 'over' }
    return say(
      { type: 'refused', code, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) },
      true,
    )
  }

  async function begin({
    means,
    nonce,
  }: Extract<JoinerMessage, { type: 'begin' }>): Promise<HostReply> {
    const known = await secretFor(desk, means)
    if (isOutOfTurn) return refuse('malformed')
    if (known === null) return refuse(means.kind === 'code' ? 'no-code' : 'no-passphrase')
    const { id, name } = desk.notice()
    const hostNonce = random(NONCE_BYTES)
    state = { step: 'offered', means, sessionId: id, joinerNonce: nonce, hostNonce }
    return say({ type: 'offer', session: { id, name }, nonce: hostNonce })
  }

  async function answer(
    offered: Extract<State, { step: 'offered' }>,
    { share }: Extract<JoinerMessage, { type: 'share' }>,
  ): Promise<HostReply> {
    const { means, sessionId, joinerNonce, hostNonce } = offered
    // Looked up anew: the code may have ended since the offer.
    const known = await secretFor(desk, means)
    if (known === null) return refuse(means.kind === 'code' ? 'no-code' : 'no-passphrase')
    tries.keepOnly(known.codes)
    const attempt =
      known.proved.kind === 'code'
        ? await tries.withCode(known.proved.code)
        : await tries.withPassphrase()
    if (attempt.kind === 'too-many') {
      if (attempt.alarm) desk.guessing(means.kind, address)
      return refuse('too-many-tries', attempt.retryAfterMs)
    }
    const channel = ports.fingerprint ?? NO_CHANNEL
    const { password, proved } = known
    const binding = { means, sessionId, channel, joinerNonce, hostNonce, password }
    const made = answerAsHost(binding, share, random)
    if (made === null || isOutOfTurn) {
      await attempt.settle(false)
      return refuse('malformed')
    }
    state = { step: 'answered', answer: made, attempt, proved }
    return say({ type: 'share', share: made.share, confirm: made.confirm })
  }

  async function conclude(
    { answer: made, attempt, proved }: Extract<State, { step: 'answered' }>,
    { confirm }: Extract<JoinerMessage, { type: 'confirm' }>,
  ): Promise<HostReply> {
    state = { step: 'over' }
    const isRight = made.isConfirmed(confirm)
    await attempt.settle(isRight)
    if (!isRight) return refuse('mismatch')
    const grant = await desk.granted(proved, address)
    if (grant.kind === 'refused') return refuse(grant.code)
    return { frame: fittingFrame(grant), last: true }
  }

  async function take(frame: string): Promise<HostReply> {
    const message = decodeJoiner(frame)
    if (state.step === 'waiting' && message?.type === 'begin') return begin(message)
    if (state.step === 'offered' && message?.type === 'share') return answer(state, message)
    if (state.step === 'answered' && message?.type === 'confirm') return conclude(state, message)
    if (state.step === 'answered') await state.attempt.settle(false)
    return refuse('malformed')
  }

  return {
    async receive(frame) {
      if (state.step === 'over') return null
      if (isAsking) {
        isOutOfTurn = true
        return null
      }
      isAsking = true
      try {
        return await take(frame)
      } finally {
        isAsking = false
      }
    },
    closed() {
      if (isAsking) isOutOfTurn = true
      else if (state.step === 'answered') void settleLate(state.attempt)
      state = { step: 'over' }
    },
  }

  /** Nobody waits for it any more. */
  async function settleLate(attempt: Started): Promise<void> {
    try {
      await attempt.settle(false)
    } catch {
      // Nothing is lost by it: it is no right one, and one that is never ended is wrong.
    }
  }
}

async function secretFor(
  desk: PairingDesk,
  means: Means,
): Promise<{
  readonly password: string
  readonly proved: Proved
  /** All that are good now. */
  readonly codes: readonly string[]
} | null> {
  const codes = await desk.codes()
  if (means.kind === 'passphrase') {
    const password = desk.passphrase()
    return password === null ? null : { password, proved: { kind: 'passphrase' }, codes }
  }
  const code = codes.find((one) => selectorOf(one) === means.selector)
  const parsed = code === undefined ? null : parseCode(code)
  if (parsed === null || parsed.kind === 'fault') return null
  return { password: parsed.password, proved: { kind: 'code', code: parsed.code }, codes }
}

/** Long names of hosts may not all fit; the joiner knows a way already. */
function fittingFrame({ invite, member }: Extract<Grant, { kind: 'granted' }>): string {
  const more = member === undefined ? {} : { member }
  for (let count = invite.addresses.length; ; count--) {
    const addresses = invite.addresses.slice(0, count)
    const frame = encodePairing({ type: 'granted', invite: { ...invite, addresses }, ...more })
    if (count === 0 || Buffer.byteLength(frame) <= MAX_PAIRING_FRAME_BYTES) return frame
  }
}

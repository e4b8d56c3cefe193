import { parseCode } from '../protocol/code.ts'
import { NO_CHANNEL } from '../protocol/device-proof.ts'
import type { SessionId } from '../protocol/ids.ts'
import { type Invite, MAX_INVITE_ADDRESSES, MAX_INVITE_LENGTH } from '../protocol/invite.ts'
import { beginAsJoiner, type JoinerExchange, type RandomBytes } from './exchange.ts'
import {
  decodeHost,
  encodePairing,
  type HostMessage,
  type Means,
  NONCE_BYTES,
  type RefusalCode,
} from './messages.ts'
import { failed, type PairingFailure, type PairingOutcome } from './outcome.ts'
import { stretchPassphrase } from './passphrase.ts'

/** Half of the longest link. */
const MAX_ADDRESSES_LENGTH = MAX_INVITE_LENGTH / 2

export type Secret =
  | { readonly kind: 'code'; readonly code: string }
  | { readonly kind: 'passphrase'; readonly passphrase: string }

export interface JoinerOptions {
  readonly secret: Secret
  /** Fingerprint of the key at the other end of the connection, or `NO_CHANNEL`. */
  readonly channel: string
  /** `host:port` that was dialled. */
  readonly address: string
  /** The only session to pair with, when it is known. */
  readonly sessionId?: SessionId | undefined
  readonly random: RandomBytes
}

/** A frame to send, the end, or both: the last frame of a host that is not believed is none. */
export type JoinerStep =
  | { readonly kind: 'send'; readonly frame: string }
  | { readonly kind: 'end'; readonly outcome: PairingOutcome }

/** The joiner's side of one pairing, without a socket. Give it frames one after the other. */
export interface Joiner {
  begin(): JoinerStep
  receive(frame: string): Promise<JoinerStep>
}

type State =
  | { readonly step: 'begun'; readonly means: Means; readonly password: string | null }
  | { readonly step: 'shared'; readonly exchange: JoinerExchange }
  | { readonly step: 'confirmed' }
  | { readonly step: 'over' }

export function createJoiner(options: JoinerOptions): Joiner {
  const { secret, channel, random } = options
  const joinerNonce = random(NONCE_BYTES)
  let state: State = { step: 'over' }
  let session: SessionId | null = null

  const send = (message: Parameters<typeof encodePairing>[0]): JoinerStep => ({
    kind: 'send',
    frame: encodePairing(message),
  })
  function end(outcome: PairingOutcome): JoinerStep {
    state = { step: 'over' }
    return { kind: 'end', outcome }
  }

  async function offered(
    { means, password }: Extract<State, { step: 'begun' }>,
    offer: Extract<HostMessage, { type: 'offer' }>,
  ): Promise<JoinerStep> {
    const { id } = offer.session
    if (options.sessionId !== undefined && options.sessionId !== id) {
      return end(failed('other-session'))
    }
    session = id
    const binding = {
      means,
      sessionId: id,
      channel,
      joinerNonce,
      hostNonce: offer.nonce,
      password:
        password ?? (await stretchPassphrase(secret.kind === 'code' ? '' : secret.passphrase, id)),
    }
    const exchange = beginAsJoiner(binding, random)
    state = { step: 'shared', exchange }
    return send({ type: 'share', share: exchange.share })
  }

  function shared(
    exchange: JoinerExchange,
    { share, confirm }: Extract<HostMessage, { type: 'share' }>,
  ): JoinerStep {
    const checked = exchange.check(share, confirm)
    if (checked.kind === 'wrong') return end(failed(wrong(secret)))
    state = { step: 'confirmed' }
    return send({ type: 'confirm', confirm: checked.confirm })
  }

  return {
    begin() {
      if (secret.kind === 'passphrase') {
        state = { step: 'begun', means: { kind: 'passphrase' }, password: null }
      } else {
        const code = parseCode(secret.code)
        if (code.kind === 'fault') return end(failed('not-a-code', { detail: code.message }))
        const means = { kind: 'code', selector: code.selector } as const
        state = { step: 'begun', means, password: code.password }
      }
      return send({ type: 'begin', means: state.means, nonce: joinerNonce })
    },

    async receive(frame) {
      const message = decodeHost(frame)
      if (message === null) return end(failed('not-a-host', { detail: 'not understood' }))
      if (message.type === 'refused') return end(refusal(message, secret))
      if (state.step === 'begun' && message.type === 'offer') return offered(state, message)
      if (state.step === 'shared' && message.type === 'share') {
        return shared(state.exchange, message)
      }
      if (state.step === 'confirmed' && message.type === 'granted' && session !== null) {
        return end(granted(message, session, options))
      }
      return end(failed('not-a-host', { detail: `${message.type} was not expected` }))
    },
  }
}

function granted(
  { invite, member }: Extract<HostMessage, { type: 'granted' }>,
  sessionId: SessionId,
  { channel, address }: JoinerOptions,
): PairingOutcome {
  const isPinned = channel !== NO_CHANNEL && invite.tls === undefined
  // The exchange proved the channel's key; an invite that names another one leads elsewhere.
  if (invite.fingerprint !== undefined && invite.fingerprint !== channel) {
    return failed('other-key', { detail: 'the invite names another key' })
  }
  const addresses = fitting([...new Set([address, ...invite.addresses])])
  const made: Invite = {
    sessionId,
    name: invite.name,
    addresses,
    ...(invite.secret === undefined ? {} : { secret: invite.secret }),
    ...(isPinned ? { fingerprint: channel } : {}),
    ...(invite.tls === undefined ? {} : { tls: true }),
  }
  return { kind: 'paired', invite: made, ...(member === undefined ? {} : { member }) }
}

/** So many, and so long in all, that the invite can be written as a link. */
function fitting(addresses: readonly string[]): string[] {
  let room = MAX_ADDRESSES_LENGTH
  return addresses.slice(0, MAX_INVITE_ADDRESSES).filter((address) => {
    room -= address.length
    return room >= 0
  })
}

function refusal(
  { code, retryAfterMs }: Extract<HostMessage, { type: 'refused' }>,
  secret: Secret,
): PairingFailure {
  return failed(kindOf(code, secret), { retryAfterMs })
}

function kindOf(code: RefusalCode, secret: Secret): PairingFailure['why'] {
  switch (code) {
    case 'mismatch':
      return wrong(secret)
    case 'malformed':
      return 'not-a-host'
    case 'no-code':
    case 'no-passphrase':
    case 'too-many-tries':
    case 'busy':
    case 'locked':
    case 'unavailable':
      return code
  }
}

function wrong(secret: Secret): PairingFailure['why'] {
  return secret.kind === 'code' ? 'wrong-code' : 'wrong-passphrase'
}

import type { ErrorCode } from '../../protocol/errors.ts'
import type { RefusalReason, TokenReason } from '../views.ts'
import { askForToken, dialAnew, dialEveryone, isLive, onLink, stay } from './attempt.ts'
import type { Effect, Link, Machine, Moment, Stay, Step } from './phases.ts'

/** The next token is looked for this long before the one in use ends, or when half of its time is over. */
const AHEAD_MS = 300_000
/** A token that ends at once must not keep the source and the server busy. */
const LEAST_MS = 1_000
/** The server could not check a token just now. */
const ASK_AGAIN_MS = 15_000
/** Refused this often in a row, only a person is believed to have a better one. */
const MAX_REFUSALS = 2

export const noTokens = (source: boolean): Machine['tokens'] => ({
  source: source ? 'unasked' : 'none',
  held: null,
  shown: null,
  refusals: 0,
})

/** What the source has answered: null when it has none. */
export function onToken(machine: Machine, given: string | null, moment: Moment): Step {
  const { phase, tokens } = machine
  if (given !== null && !(given === tokens.shown && isNoNews(phase))) {
    return take(machine, given, moment)
  }
  if (phase.state === 'signing-in') {
    return phase.reason === null ? dialAnew(machine, moment) : refuse(machine, phase.reason)
  }
  return stay(
    onLink(machine, (link) =>
      link.stay?.kind === 'asked'
        ? { ...link, stay: { kind: 'unanswered', endsAt: link.stay.endsAt } }
        : link,
    ),
  )
}

/** The one in use does not follow itself, and the one that just failed is no other. */
function isNoNews(phase: Machine['phase']): boolean {
  return phase.state === 'signing-in' ? phase.reason !== null : isLive(phase)
}

/** A person gives one: it is tried at once, wherever that can be done. */
export function onSignIn(machine: Machine, token: string, moment: Moment): Step {
  const fresh = { ...machine, tokens: { ...machine.tokens, refusals: 0 } }
  const { state } = machine.phase
  return state === 'waiting' || state === 'refused'
    ? dialEveryone(hold(fresh, token), moment)
    : take(fresh, token, moment)
}

function take(machine: Machine, token: string, moment: Moment): Step {
  const { phase } = machine
  const holding = hold(machine, token)
  switch (phase.state) {
    case 'signing-in':
      return dialAnew(holding, moment)
    case 'refused':
      return isTokenReason(phase.reason) ? dialAnew(holding, moment) : stay(holding)
    case 'catching-up':
    case 'online':
      return offer(holding, phase.link)
    case 'offline':
    case 'waiting':
    case 'connecting':
    case 'authenticating':
    case 'awaiting-approval':
      // It is shown with the next proof.
      return stay(holding)
  }
}

function hold(machine: Machine, token: string): Machine {
  return { ...machine, tokens: { ...machine.tokens, source: asked(machine), held: token } }
}

const asked = ({ tokens }: Machine): Machine['tokens']['source'] =>
  tokens.source === 'none' ? 'none' : 'asked'

/** Shows the held token on the connection that is live; nothing has to be caught up after it. */
function offer(machine: Machine, { stay: current }: Link): Step {
  const { held, shown } = machine.tokens
  // Where nothing was asked for, or nothing is new, nothing is said of it.
  if (held === null || shown === null || held === shown) return stay(machine)
  const endsAt = current?.endsAt ?? null
  return {
    machine: onLink(machine, (link) => ({ ...link, stay: { kind: 'offered', endsAt } })),
    effects: [{ kind: 'send', message: { type: 'refresh-token', token: held } }],
  }
}

/** Of a connection that was just let in: what its token says of its end, and whether a newer one came meanwhile. */
export function withStay(machine: Machine, moment: Moment): Step {
  const { phase, tokens } = machine
  if (phase.state !== 'catching-up' || tokens.shown === null) return stay(machine)
  const end = endOf(tokens.shown)
  const endsAt = end === null ? null : end - phase.link.serverAhead
  const link: Link = { ...phase.link, stay: good(endsAt, moment) }
  return offer(
    onLink({ ...machine, tokens: { ...tokens, refusals: 0 } }, () => link),
    link,
  )
}

export function onTokenTaken(machine: Machine, expiresAt: number, moment: Moment): Step {
  const { phase, tokens } = machine
  if (!isLive(phase)) return stay(machine)
  if (phase.link.stay?.kind !== 'offered') return stay(machine)
  const taken = { ...machine, tokens: { ...tokens, shown: tokens.held, refusals: 0 } }
  return stay(
    onLink(taken, (link) => ({ ...link, stay: good(expiresAt - link.serverAhead, moment) })),
  )
}

/** The offered token was not taken. The one before is good until its end. */
export function onTokenFault(machine: Machine, code: ErrorCode, moment: Moment): Step {
  const { phase, tokens } = machine
  if (!isLive(phase)) return stay(machine)
  const { stay: current } = phase.link
  if (current?.kind !== 'offered') return stay(machine)
  const { endsAt } = current
  const isForNow = code === 'unavailable' || code === 'rate-limited'
  const next: Stay = isForNow
    ? { kind: 'good', endsAt, askAt: moment.at + ASK_AGAIN_MS }
    : { kind: 'unanswered', endsAt }
  return stay(
    onLink({ ...machine, tokens: { ...tokens, held: tokens.shown } }, (link) => ({
      ...link,
      stay: next,
    })),
  )
}

/** When the token of a live connection is to be followed by another one, in monotonic milliseconds. */
export function askAtOf({ stay: current }: Link): number {
  return current?.kind === 'good' && current.askAt !== null ? current.askAt : Infinity
}

/** It is time. */
export function askForNext(machine: Machine, { stay: current }: Link): Step {
  const endsAt = current?.endsAt ?? null
  const isAsked = machine.tokens.source !== 'none'
  const next: Stay = isAsked ? { kind: 'asked', endsAt } : { kind: 'unanswered', endsAt }
  const effects: readonly Effect[] = isAsked ? [{ kind: 'ask-token', why: 'expiring' }] : []
  return { machine: onLink(machine, (link) => ({ ...link, stay: next })), effects }
}

/** Whether a refused handshake, or the end of a connection, is about the token; null when it is not. */
export function tokenReasonOf({ tokens }: Machine, code: ErrorCode): TokenReason | null {
  if (code === 'token-needed') return 'token-needed'
  if (code === 'token-expired') return 'token-ended'
  return code === 'unauthorized' && tokens.shown !== null ? 'token-refused' : null
}

/** The token is good no longer, or never was, or is missing: there is no way in without another one. */
export function onTokenOver(machine: Machine, reason: TokenReason, moment: Moment): Step {
  const { held, shown, source } = machine.tokens
  const refusals = machine.tokens.refusals + 1
  const counted = { ...machine, tokens: { ...machine.tokens, refusals } }
  if (refusals >= MAX_REFUSALS) return refuse(counted, reason)
  // A newer one came while the one before was looked at.
  if (held !== null && held !== shown) return dialAnew(counted, moment)
  return source === 'none' ? refuse(counted, reason) : askForToken(counted, reason, moment)
}

/** Nobody but a person can help. When they want to try again, the source is asked again. */
function refuse(machine: Machine, reason: TokenReason): Step {
  const source = machine.tokens.source === 'none' ? 'none' : 'unasked'
  return stay({
    ...machine,
    tokens: { ...machine.tokens, source, held: null, refusals: 0 },
    phase: { state: 'refused', reason },
  })
}

export function isTokenReason(reason: RefusalReason): reason is TokenReason {
  return reason === 'token-needed' || reason === 'token-ended' || reason === 'token-refused'
}

/** What has become of a token that a person gave. */
export type TokenFate =
  | 'under-way'
  | 'taken'
  | 'refused'
  /** Nobody can be shown it now; it is the first thing shown when somebody can. */
  | 'kept'

export function fateOf({ phase, tokens }: Machine, token: string): TokenFate {
  switch (phase.state) {
    case 'offline':
    case 'waiting':
      return tokens.held === token ? 'kept' : 'refused'
    case 'signing-in':
    case 'connecting':
    case 'authenticating':
      return tokens.held === token ? 'under-way' : 'refused'
    case 'awaiting-approval':
      return 'taken'
    case 'catching-up':
    case 'online':
      if (tokens.held !== token) return 'refused'
      if (tokens.shown === token) return 'taken'
      return phase.link.stay?.kind === 'offered' ? 'under-way' : 'kept'
    case 'refused':
      return 'refused'
  }
}

function good(endsAt: number | null, { at }: Moment): Stay {
  if (endsAt === null) return { kind: 'good', endsAt, askAt: null }
  const left = endsAt - at
  return { kind: 'good', endsAt, askAt: at + Math.max(LEAST_MS, left / 2, left - AHEAD_MS) }
}

/**
 * `exp` of a JWT in milliseconds since 1970, null when it has none that can be read. Nobody has checked it: it
 * decides only when the next token is looked for.
 */
function endOf(token: string): number | null {
  const [, payload = ''] = token.split('.')
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'))
    if (typeof claims !== 'object' || claims === null || !('exp' in claims)) return null
    return typeof claims.exp === 'number' && Number.isFinite(claims.exp) ? claims.exp * 1_000 : null
  } catch {
    return null
  }
}

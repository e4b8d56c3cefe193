import type { ErrorCode } from '../../protocol/errors.ts'
import type { MemberHint, RefusalReason, TokenReason } from '../views.ts'
import { askForToken, dialAnew, dialEveryone, isLive, onLink, stay, withEffect } from './attempt.ts'
import type { Effect, Input, Link, Machine, Moment, Stay, Step } from './phases.ts'
import { endOf, outlasts } from './token-end.ts'

/** The next token is looked for this long before the one in use ends, or when half of its time is over. */
const AHEAD_MS = 300_000
/** A token that ends at once must not keep the source and the server busy. */
const LEAST_MS = 1_000
/** The server could not check a token just now: when it is offered again. */
const OFFER_AGAIN_MS = 15_000
/** How long the server may take to look at a token, or the source to answer, while all goes on. */
export const ANSWER_TIMEOUT_MS = 30_000
/** Refused this often in a row, only a person is believed to have a better one. */
const MAX_REFUSALS = 2
/** Who is shut out for a token sooner than this after being let in by it was as good as refused. */
const STAYED_MS = 10_000
/** Far from the numbers of requests, whose answers come back in the same field. */
const FIRST_REF = 1_000_000_000

export const noTokens = (source: boolean): Machine['tokens'] => ({
  source: source ? 'unasked' : 'none',
  held: null,
  shown: null,
  refusals: 0,
  brief: 0,
  spurned: null,
  maybeWithout: true,
})

/** What the source has answered: null when it has none. */
export function onToken(machine: Machine, given: string | null, moment: Moment): Step {
  const { phase } = machine
  if (given !== null && isNews(machine, given)) return take(machine, given, moment)
  if (phase.state === 'signing-in') {
    return phase.reason === null
      ? dialAnew(machine, moment)
      : withoutAny(machine, phase.reason, moment)
  }
  return stay(
    onLink(machine, (link) =>
      link.stay?.kind === 'asked'
        ? { ...link, stay: { kind: 'unanswered', endsAt: link.stay.endsAt } }
        : link,
    ),
  )
}

/** The one in use does not follow itself, nor does one that ends before it, and what was refused is shown once. */
function isNews({ phase, tokens }: Machine, given: string): boolean {
  if (given === tokens.spurned?.token) return false
  return !isLive(phase) || (given !== tokens.shown && !outlasts(tokens.shown, given))
}

/** A person gives one: it is tried at once, wherever that can be done. */
export function onSignIn(machine: Machine, token: string, moment: Moment): Step {
  const { phase, tokens } = machine
  if (isLive(phase) && outlasts(tokens.shown, token)) return stay(machine)
  const anew = { refusals: 0, brief: 0, spurned: null, maybeWithout: false }
  const fresh = { ...machine, tokens: { ...tokens, ...anew } }
  return phase.state === 'waiting' || phase.state === 'refused'
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
      // One at a time: the answers do not say which token they are about.
      return phase.link.stay?.kind === 'offered'
        ? stay(holding)
        : offer(holding, phase.link, moment)
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
function offer(machine: Machine, { stay: current }: Link, moment: Moment): Step {
  const { held: token, shown } = machine.tokens
  // Where nothing was asked for, or nothing is new, nothing is said of it.
  if (token === null || shown === null || token === shown) return stay(machine)
  const ref = FIRST_REF + machine.nextNonce
  const until = moment.at + ANSWER_TIMEOUT_MS
  const next: Stay = { kind: 'offered', endsAt: current?.endsAt ?? null, token, ref, until }
  return {
    machine: onLink({ ...machine, nextNonce: machine.nextNonce + 1 }, (link) => ({
      ...link,
      stay: next,
    })),
    effects: [{ kind: 'send', message: { type: 'refresh-token', ref, token } }],
  }
}

/** The same, when the one before it has been looked at. */
function offerNext(machine: Machine, next: Stay, moment: Moment): Step {
  const after = onLink(machine, (link) => ({ ...link, stay: next }))
  return isLive(after.phase) ? offer(after, after.phase.link, moment) : stay(after)
}

/** Of a connection that was just let in: what its token says of its end, and whether a newer one came meanwhile. */
export function withStay(machine: Machine, moment: Moment): Step {
  const { phase, tokens } = machine
  if (phase.state !== 'catching-up' || tokens.shown === null) return stay(machine)
  const end = endOf(tokens.shown)
  const endsAt = end === null ? null : end - phase.link.serverAhead
  return offerNext({ ...machine, tokens: { ...tokens, refusals: 0 } }, good(endsAt, moment), moment)
}

type Answer = Extract<Input, { readonly kind: 'token-taken' | 'token-fault' }>

/** What is being looked at, when this is the answer to it. Servers of version 2 do not repeat the number. */
function answered({ phase }: Machine, { ref }: Answer): Extract<Stay, { kind: 'offered' }> | null {
  const current = isLive(phase) ? phase.link.stay : null
  if (current?.kind !== 'offered') return null
  return ref === undefined || ref === current.ref ? current : null
}

export function onTokenTaken(
  machine: Machine,
  taken: Extract<Input, { kind: 'token-taken' }>,
  moment: Moment,
): Step {
  const { phase, tokens } = machine
  const offered = answered(machine, taken)
  if (offered === null || !isLive(phase)) return stay(machine)
  const endsAt = taken.expiresAt - phase.link.serverAhead
  const { token: shown } = offered
  const isLess = tokens.held !== null && outlasts(shown, tokens.held)
  const next = { ...tokens, shown, held: isLess ? shown : tokens.held, refusals: 0 }
  return offerNext({ ...machine, tokens: next }, good(endsAt, moment), moment)
}

/** The offered token was not taken. The one before is good until its end. */
export function onTokenFault(
  machine: Machine,
  fault: Extract<Input, { kind: 'token-fault' }>,
  moment: Moment,
): Step {
  const { tokens } = machine
  const { code } = fault
  const offered = answered(machine, fault)
  if (offered === null) return stay(machine)
  const isForNow = code === 'unavailable' || code === 'rate-limited'
  const isNoGood = code === 'unauthorized' || code === 'token-expired'
  // Without its number it may be about any other frame.
  if (fault.ref === undefined && !isForNow && !isNoGood) return stay(machine)
  if (isForNow) return stay(putOff(machine, moment))
  const { token, endsAt } = offered
  const refused: Machine = {
    ...machine,
    tokens: {
      ...tokens,
      held: tokens.held === token ? tokens.shown : tokens.held,
      spurned: isNoGood ? { token, reason: 'token-refused' } : tokens.spurned,
    },
  }
  const next = offerNext(refused, { kind: 'unanswered', endsAt }, moment)
  return isNoGood
    ? spurn(token, code === 'unauthorized' ? 'token-refused' : 'token-ended', next)
    : next
}

/** The server cannot look at it now: it stays the one held. */
function putOff(machine: Machine, moment: Moment): Machine {
  const askAt = moment.at + OFFER_AGAIN_MS
  return onLink(machine, (link) => ({
    ...link,
    stay: { kind: 'put-off', endsAt: link.stay?.endsAt ?? null, askAt },
  }))
}

/** When something is to be done about the stay of a live connection, in monotonic milliseconds. */
export function stayDueAt({ stay: current }: Link): number {
  switch (current?.kind) {
    case undefined:
    case 'unanswered':
      return Infinity
    case 'good':
      return current.askAt ?? Infinity
    case 'put-off':
      return current.askAt
    case 'asked':
    case 'offered':
      return current.until
  }
}

/** It is time. */
export function onStayDue(machine: Machine, link: Link, moment: Moment): Step {
  switch (link.stay?.kind) {
    case undefined:
    case 'unanswered':
      return stay(machine)
    case 'good':
      return askForNext(machine, link.stay.endsAt, moment)
    case 'asked':
      return onToken(machine, null, moment)
    case 'offered':
      return stay(putOff(machine, moment))
    case 'put-off': {
      const offered = offer(machine, link, moment)
      // Whoever gave it may have given the one in use again.
      return offered.effects.length > 0 ? offered : askForNext(machine, link.stay.endsAt, moment)
    }
  }
}

function askForNext(machine: Machine, endsAt: number | null, moment: Moment): Step {
  const isAsked = machine.tokens.source !== 'none'
  const until = moment.at + ANSWER_TIMEOUT_MS
  const next: Stay = isAsked ? { kind: 'asked', endsAt, until } : { kind: 'unanswered', endsAt }
  const effects: readonly Effect[] = isAsked ? [{ kind: 'ask-token', why: 'expiring' }] : []
  return { machine: onLink(machine, (link) => ({ ...link, stay: next })), effects }
}

/** Whether a refused handshake is about the token; null when it is not. `bare`: see the input. */
export function tokenReasonOf(
  { tokens }: Machine,
  code: ErrorCode,
  bare: boolean,
): TokenReason | null {
  if (code === 'token-needed') return 'token-needed'
  if (code === 'token-expired') return 'token-ended'
  if (code !== 'unauthorized') return null
  if (tokens.shown !== null) return 'token-refused'
  // Tried without the one that is no good, or without anything, it is still the token that is missing.
  return tokens.spurned?.reason ?? (bare && tokens.source !== 'none' ? 'token-needed' : null)
}

/** The token is good no longer, or never was, or is missing: there is no way in without another one. */
export function onTokenOver(machine: Machine, said: TokenReason, moment: Moment): Step {
  const { shown } = machine.tokens
  const next = withoutIt(machine, said, moment)
  // That one is needed is no word about the one that was shown.
  return shown === null || said === 'token-needed' ? next : spurn(shown, said, next)
}

/** Whoever keeps it is told before they are asked for the next. */
export function spurn(token: string, reason: TokenReason, next: Step): Step {
  return withEffect({ kind: 'token-over', token, reason }, next)
}

function withoutIt(machine: Machine, said: TokenReason, moment: Moment): Step {
  const { phase, tokens } = machine
  const { held, shown, source } = tokens
  // Tried without any: why that had to be says more than that one is needed.
  const reason = shown === null ? (tokens.spurned?.reason ?? said) : said
  const spurned = shown === null ? tokens.spurned : { token: shown, reason }
  const counted: Machine = {
    ...machine,
    tokens: {
      ...tokens,
      spurned,
      refusals: tokens.refusals + 1,
      brief: isLive(phase) ? briefly(phase.link, tokens.brief, moment) : tokens.brief,
      // Whoever was let in by one, or is asked for one, is not let in without.
      maybeWithout: tokens.maybeWithout && shown !== null && phase.state === 'authenticating',
    },
  }
  const { refusals, brief } = counted.tokens
  if (refusals >= MAX_REFUSALS || brief >= MAX_REFUSALS) return withoutAny(counted, reason, moment)
  // A newer one came while the one before was looked at.
  if (held !== null && held !== shown) return dialAnew(counted, moment)
  if (shown === null && spurned !== null) return refuse(counted, reason)
  return source === 'none'
    ? withoutAny(counted, reason, moment)
    : askForToken(counted, reason, moment)
}

/** A server that lets in and shuts out at once is not dialled for ever. */
function briefly({ since }: Link, before: number, { at }: Moment): number {
  return at - since < STAYED_MS ? before + 1 : 0
}

/** The server may know this device without any, or take none any more: an old one must not keep it out. */
function withoutAny(machine: Machine, reason: TokenReason, moment: Moment): Step {
  const { tokens } = machine
  return tokens.maybeWithout
    ? dialAnew({ ...machine, tokens: { ...tokens, held: null, maybeWithout: false } }, moment)
    : refuse(machine, reason)
}

/**
 * Nobody but a person can help. When they want to try again, the source is asked again. `owner`: whose token it
 * was that was shown.
 */
export function refuse(machine: Machine, reason: TokenReason, owner?: MemberHint): Step {
  const { tokens } = machine
  const source = tokens.source === 'none' ? 'none' : 'unasked'
  return stay({
    ...machine,
    tokens: { ...tokens, source, held: null, refusals: 0, brief: 0 },
    phase: { state: 'refused', reason, ...(owner === undefined ? {} : { owner }) },
  })
}

export function isTokenReason(reason: RefusalReason): reason is TokenReason {
  return (
    reason === 'token-needed' ||
    reason === 'token-ended' ||
    reason === 'token-refused' ||
    reason === 'token-of-another'
  )
}

function good(endsAt: number | null, { at }: Moment): Stay {
  if (endsAt === null) return { kind: 'good', endsAt, askAt: null }
  const left = endsAt - at
  return { kind: 'good', endsAt, askAt: at + Math.max(LEAST_MS, left / 2, left - AHEAD_MS) }
}

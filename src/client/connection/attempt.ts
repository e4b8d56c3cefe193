import type { DistrustReason, TokenReason } from '../views.ts'
import { MAX_DELAY_MS, retryDelay } from './backoff.ts'
import type {
  Effect,
  Link,
  Machine,
  Moment,
  Phase,
  Round,
  Step,
  Stranger,
  WaitingReason,
} from './phases.ts'
import type { Verdict } from './verdicts.ts'

/** How long one address may take to open a socket. */
export const CONNECT_TIMEOUT_MS = 5_000
/** How long the source of tokens may take. */
export const SOURCE_TIMEOUT_MS = 30_000

export function stay(machine: Machine): Step {
  return { machine, effects: [] }
}

export function withEffect(effect: Effect, { machine, effects }: Step): Step {
  return { machine, effects: [effect, ...effects] }
}

export function hasSocket(phase: Phase): boolean {
  switch (phase.state) {
    case 'connecting':
    case 'authenticating':
    case 'awaiting-approval':
    case 'catching-up':
    case 'online':
      return true
    case 'offline':
    case 'signing-in':
    case 'waiting':
    case 'refused':
      return false
  }
}

/** Let in. */
export function isLive(phase: Phase): phase is Extract<Phase, { readonly link: Link }> {
  return phase.state === 'catching-up' || phase.state === 'online'
}

export function onLink(machine: Machine, change: (link: Link) => Link): Machine {
  const { phase } = machine
  return isLive(phase) ? { ...machine, phase: { ...phase, link: change(phase.link) } } : machine
}

/** A new attempt, from the address that worked last. Any socket there is, is dropped first. */
export function dialAnew(machine: Machine, moment: Moment): Step {
  const dialled =
    machine.tokens.source === 'unasked'
      ? askForToken(machine, null, moment)
      : dialFrom(machine, firstRound(machine), moment)
  return hasSocket(machine.phase) ? withEffect({ kind: 'drop' }, dialled) : dialled
}

/** Nobody is dialled until the source has answered. `reason`: see the phase. */
export function askForToken(machine: Machine, reason: TokenReason | null, moment: Moment): Step {
  const why = reason === null ? 'first' : reason === 'token-ended' ? 'ended' : 'refused'
  return {
    machine: {
      ...machine,
      tokens: { ...machine.tokens, source: 'asked' },
      phase: { state: 'signing-in', reason, deadline: moment.at + SOURCE_TIMEOUT_MS },
    },
    effects: [{ kind: 'ask-token', why }],
  }
}

/** The same, when a person asks or the network is another one: strangers are given a chance as well. */
export function dialEveryone(machine: Machine, moment: Moment): Step {
  return dialAnew({ ...machine, strangers: [] }, moment)
}

/** Dials the round's address, or the next one that is not a stranger's. */
function dialFrom(machine: Machine, round: Round, moment: Moment): Step {
  const address = machine.addresses[round.address]
  return address !== undefined && isStranger(machine, address)
    ? nextAddress(machine, round, { kind: 'wait', reason: 'unreachable' }, moment)
    : dial(machine, round, moment)
}

function isStranger({ strangers }: Machine, address: string): boolean {
  return strangers.some((stranger) => stranger.address === address)
}

function dial(machine: Machine, round: Round, moment: Moment): Step {
  const address = machine.addresses[round.address]
  if (address === undefined) {
    return giveUp(machine, { kind: 'wait', reason: 'unreachable' }, moment)
  }
  return {
    machine: {
      ...machine,
      tokens: { ...machine.tokens, shown: null },
      phase: {
        state: 'connecting',
        attempt: machine.failures + 1,
        round,
        since: moment.at,
        deadline: moment.at + CONNECT_TIMEOUT_MS,
      },
    },
    effects: [{ kind: 'dial', address }],
  }
}

/** This address did not let us in: the next one, or the end of the attempt. */
export function nextAddress(
  machine: Machine,
  round: Round,
  verdict: Verdict,
  moment: Moment,
): Step {
  const elsewhere =
    round.elsewhere + (verdict.kind === 'refuse' && verdict.reason === 'other-session' ? 1 : 0)
  if (round.tried < machine.addresses.length) {
    const address = (round.address + 1) % machine.addresses.length
    return dialFrom(machine, { address, tried: round.tried + 1, elsewhere }, moment)
  }
  // One address may have gone to another host while ours is only asleep: final when all say so.
  const strangers = machine.strangers.filter(({ address }) => machine.addresses.includes(address))
  const why = worstOf(strangers)
  if (elsewhere + strangers.length > 0) {
    const all = elsewhere + strangers.length === round.tried
    return giveUp(
      machine,
      all
        ? { kind: 'refuse', reason: why ?? 'other-session' }
        : { kind: 'wait', reason: why === undefined ? 'unreachable' : 'stranger' },
      moment,
    )
  }
  return giveUp(machine, verdict, moment)
}

/** The one a person must hear of first. */
function worstOf(strangers: readonly Stranger[]): DistrustReason | undefined {
  const order: readonly DistrustReason[] = ['other-key', 'untrusted-certificate', 'unencrypted']
  return order.find((why) => strangers.some((stranger) => stranger.why === why))
}

/** The attempt failed or the connection is gone. */
export function giveUp(machine: Machine, verdict: Verdict, moment: Moment): Step {
  if (verdict.kind === 'refuse') {
    return stay({ ...machine, phase: { state: 'refused', reason: verdict.reason } })
  }
  if (verdict.kind === 'at-once' && machine.failures === 0) {
    // Counted as a failure until the session is live again, so that a repetition waits.
    return dialFrom({ ...machine, failures: 1 }, firstRound(machine), moment)
  }
  const failures = machine.failures + 1
  if (machine.networkGone && !reachableWithoutNetwork(machine)) {
    return stay({
      ...machine,
      failures,
      phase: { state: 'offline', why: 'no-network', retryAt: moment.at + MAX_DELAY_MS },
    })
  }
  return stay({
    ...machine,
    failures,
    phase: {
      state: 'waiting',
      reason: machine.stopped && isAbsence(verdict.reason) ? 'stopped' : verdict.reason,
      attempt: failures,
      retryAt: moment.at + retryDelay(failures, moment.random),
    },
  })
}

/** Nobody is there: of a host that said it stops, this is no news. */
function isAbsence(reason: WaitingReason): boolean {
  return reason === 'unreachable' || reason === 'restarting' || reason === 'lost'
}

function firstRound(machine: Machine): Round {
  return { address: machine.preferred, tried: 1, elsewhere: 0 }
}

/** The host's own client talks over loopback, which no cable can take away. */
export function reachableWithoutNetwork(machine: Machine): boolean {
  return machine.addresses.some((address) => /^(localhost|127\.|\[::1\])/.test(address))
}

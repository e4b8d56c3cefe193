import { CloseCode } from '../../protocol/errors.ts'
import {
  dialAnew,
  dialEveryone,
  giveUp,
  hasSocket,
  isLive,
  nextAddress,
  onLink,
  stay,
  withEffect,
} from './attempt.ts'
import type { DistrustReason } from '../views.ts'
import { deadlineOf } from './deadline.ts'
import type { Input, Link, Machine, Moment, Step } from './phases.ts'
import { distrust, isDistrust, onNetworkLost, probe } from './trust.ts'
import { onSuperseded } from './superseded.ts'
import {
  noTokens,
  onSignIn,
  onStayDue,
  onToken,
  onTokenFault,
  onTokenOver,
  onTokenTaken,
  refuse,
  spurn,
  stayDueAt,
  tokenReasonOf,
  withStay,
} from './tokens.ts'
import { type Verdict, verdictOfClose, verdictOfRejection } from './verdicts.ts'

/** How long a server may take to answer the handshake. */
export const WELCOME_TIMEOUT_MS = 10_000
/** Longest absence a server that restarts is believed. */
const MAX_COME_BACK_MS = 60_000

/** `hasSource`: there is somebody to ask for bearer tokens. */
export function initialMachine(addresses: readonly string[], hasSource = false): Machine {
  return {
    phase: { state: 'offline', why: 'disconnected', retryAt: null },
    addresses,
    preferred: 0,
    failures: 0,
    superseded: [],
    strangers: [],
    tokens: noTokens(hasSource),
    networkGone: false,
    stopped: false,
    suspended: false,
    nextNonce: 1,
  }
}

/** The connection's whole behaviour (D12-D14, D16): no timers, no sockets, no clock. */
export function step(machine: Machine, input: Input, moment: Moment): Step {
  const { phase } = machine
  switch (input.kind) {
    case 'connect':
      return phase.state === 'offline' || phase.state === 'refused'
        ? dialEveryone(machine, moment)
        : stay(machine)
    case 'connect-now':
      return phase.state === 'offline' || phase.state === 'refused' || phase.state === 'waiting'
        ? dialEveryone(machine, moment)
        : stay(machine)
    case 'disconnect':
      return {
        machine: {
          ...machine,
          failures: 0,
          phase: { state: 'offline', why: 'disconnected', retryAt: null },
        },
        effects: hasSocket(phase)
          ? [{ kind: 'close', code: CloseCode.normal, reason: 'disconnected' }]
          : [],
      }
    case 'reconnect':
      // Another name may be what opens the door that the one before kept shut (I3).
      return hasSocket(phase) || (phase.state === 'refused' && phase.reason === 'name-taken')
        ? dialAnew(machine, moment)
        : stay(machine)
    case 'addresses':
      return withAddresses(machine, input.addresses, moment)
    case 'suspend':
      return stay({ ...machine, suspended: true })
    case 'resume':
      return distrust({ ...machine, suspended: false }, moment)
    case 'network-change':
    case 'network-back':
      // An address may be another computer's on another network.
      return distrust({ ...machine, networkGone: false, strangers: [] }, moment)
    case 'network-lost':
      return onNetworkLost({ ...machine, networkGone: true }, moment)
    case 'opened':
      return phase.state === 'connecting'
        ? {
            machine: {
              ...machine,
              phase: {
                ...phase,
                state: 'authenticating',
                since: moment.at,
                deadline: moment.at + WELCOME_TIMEOUT_MS,
              },
            },
            effects: [{ kind: 'hello' }],
          }
        : stay(machine)
    case 'heard':
      return phase.state === 'awaiting-approval'
        ? stay({ ...machine, phase: { ...phase, heardAt: moment.at } })
        : stay(onLink(machine, (link) => ({ ...link, heardAt: moment.at })))
    case 'approval':
      return onApproval(machine, moment)
    case 'challenge':
      return onChallenge(machine, input.nonce)
    case 'welcome':
      return onWelcome(machine, input.welcome, moment)
    case 'rejected':
      return onRejected(machine, input, moment)
    case 'bye':
      return stay(
        onLink({ ...machine, stopped: input.reason === 'stopped' }, (link) => ({
          ...link,
          comeBackAfter: Math.min(input.reconnectAfterMs, MAX_COME_BACK_MS),
        })),
      )
    case 'pong':
      return stay(
        onLink(machine, (link) => ({
          ...link,
          heardAt: moment.at,
          probe: link.probe?.nonce === input.nonce ? null : link.probe,
        })),
      )
    case 'plan':
      return phase.state === 'catching-up'
        ? stay({ ...machine, phase: { ...phase, received: 0, total: input.events } })
        : stay(machine)
    case 'received':
      return phase.state === 'catching-up'
        ? stay({
            ...machine,
            phase: { ...phase, received: Math.min(phase.total, phase.received + input.events) },
          })
        : stay(machine)
    case 'synced':
      return phase.state === 'catching-up'
        ? stay({ ...machine, failures: 0, phase: { state: 'online', link: phase.link } })
        : stay(machine)
    case 'closed':
      return input.code === CloseCode.superseded && hasSocket(phase)
        ? onSuperseded(machine, moment)
        : onClosed(machine, input.code, moment)
    case 'token':
      return onToken(machine, input.token, moment)
    case 'sign-in':
      return onSignIn(machine, input.token, moment)
    case 'token-taken':
      return onTokenTaken(machine, input, moment)
    case 'token-fault':
      return onTokenFault(machine, input, moment)
    case 'distrusted':
      return onDistrusted(machine, input.why, moment)
    case 'broken':
      return hasSocket(phase)
        ? withEffect(
            { kind: 'drop' },
            giveUp(machine, { kind: 'wait', reason: 'not-stored' }, moment),
          )
        : stay(machine)
    case 'tick':
      return onTick(machine, moment)
  }
}

function withAddresses(machine: Machine, addresses: readonly string[], moment: Moment): Step {
  const { phase } = machine
  const lastGood = machine.addresses[machine.preferred]
  const preferred = Math.max(0, lastGood === undefined ? 0 : addresses.indexOf(lastGood))
  const next = { ...machine, addresses, preferred }
  switch (phase.state) {
    case 'offline':
    case 'signing-in':
    case 'catching-up':
    case 'online':
      return stay(next)
    case 'connecting':
    case 'authenticating':
    case 'awaiting-approval':
    case 'waiting':
      return dialAnew(next, moment)
    case 'refused':
      // Elsewhere it may be the host again; a stranger that is still named is not asked once more.
      return phase.reason === 'other-session' || isDistrust(phase.reason)
        ? dialAnew(next, moment)
        : stay(next)
  }
}

function onApproval(machine: Machine, moment: Moment): Step {
  const { phase } = machine
  if (phase.state !== 'authenticating') return stay(machine)
  const { round } = phase
  const address = machine.addresses[round.address]
  return {
    machine: {
      ...machine,
      preferred: round.address,
      networkGone: false,
      stopped: false,
      phase: { state: 'awaiting-approval', round, since: moment.at, heardAt: moment.at },
    },
    effects: address === undefined ? [] : [{ kind: 'remember', address }],
  }
}

function onChallenge(machine: Machine, nonce: string): Step {
  if (machine.phase.state !== 'authenticating') return stay(machine)
  const { held } = machine.tokens
  return {
    machine: { ...machine, tokens: { ...machine.tokens, shown: held } },
    effects: [{ kind: 'prove', nonce, token: held }],
  }
}

function onWelcome(
  machine: Machine,
  welcome: Extract<Input, { kind: 'welcome' }>['welcome'],
  moment: Moment,
): Step {
  const { phase } = machine
  if (phase.state !== 'authenticating' && phase.state !== 'awaiting-approval') return stay(machine)
  const address = machine.addresses[phase.round.address]
  const link: Link = {
    since: moment.at,
    heardAt: moment.at,
    silenceLimit: welcome.heartbeat.intervalMs + welcome.heartbeat.timeoutMs,
    probe: null,
    comeBackAfter: null,
    serverAhead: welcome.time - moment.at,
    stay: null,
  }
  const letIn: Machine = {
    ...machine,
    preferred: phase.round.address,
    networkGone: false,
    stopped: false,
    phase: { state: 'catching-up', received: 0, total: 0, link },
  }
  const staying = withStay(letIn, moment)
  return {
    machine: staying.machine,
    effects: [
      ...(address === undefined ? [] : [{ kind: 'remember', address } as const]),
      { kind: 'sync', welcome },
      ...staying.effects,
    ],
  }
}

function onRejected(
  machine: Machine,
  { rejected: { code, member }, bare = false }: Extract<Input, { kind: 'rejected' }>,
  moment: Moment,
): Step {
  const { phase, tokens } = machine
  if (!hasSocket(phase) || phase.state === 'connecting') return stay(machine)
  // Said of a session that was live, it is no word about the token.
  const reason = isLive(phase) ? null : tokenReasonOf(machine, code, bare)
  if (reason !== null) return withEffect({ kind: 'drop' }, onTokenOver(machine, reason, moment))
  if (code === 'identity-taken' && member !== undefined && tokens.shown !== null) {
    const refused = refuse(machine, 'token-of-another', member)
    return withEffect({ kind: 'drop' }, spurn(tokens.shown, 'token-of-another', refused))
  }
  const verdict = verdictOfRejection(code)
  const elsewhere = verdict.kind === 'refuse' && verdict.reason === 'other-session'
  return withEffect(
    { kind: 'drop' },
    // Said of a session that was live, it is the end of it: removed, banned (I5).
    elsewhere && phase.state === 'authenticating'
      ? nextAddress(machine, phase.round, verdict, moment)
      : giveUp(machine, verdict, moment),
  )
}

/** Somebody else answered: nothing was said there, and nothing will be. The other addresses are tried. */
function onDistrusted(machine: Machine, why: DistrustReason, moment: Moment): Step {
  const { phase } = machine
  if (phase.state !== 'connecting') return stay(machine)
  const address = machine.addresses[phase.round.address]
  if (address === undefined) return stay(machine)
  const strangers = [...machine.strangers, { address, why }]
  const unreachable: Verdict = { kind: 'wait', reason: 'unreachable' }
  return nextAddress({ ...machine, strangers }, phase.round, unreachable, moment)
}

function onClosed(machine: Machine, code: number, moment: Moment): Step {
  const { phase } = machine
  switch (phase.state) {
    case 'connecting':
      return nextAddress(machine, phase.round, { kind: 'wait', reason: 'unreachable' }, moment)
    case 'authenticating': {
      if (isEndOfToken(machine, code)) return onTokenOver(machine, 'token-refused', moment)
      const verdict = verdictOfClose(code)
      return verdict.kind === 'refuse'
        ? giveUp(machine, verdict, moment)
        : nextAddress(machine, phase.round, verdict, moment)
    }
    case 'awaiting-approval':
      return isEndOfToken(machine, code)
        ? onTokenOver(machine, 'token-ended', moment)
        : giveUp(machine, verdictOfClose(code), moment)
    case 'catching-up':
    case 'online': {
      const { comeBackAfter } = phase.link
      if (isEndOfToken(machine, code)) return onTokenOver(machine, 'token-ended', moment)
      if (comeBackAfter === null) return giveUp(machine, verdictOfClose(code), moment)
      return stay({
        ...machine,
        phase: {
          state: 'waiting',
          reason: machine.stopped ? 'stopped' : 'restarting',
          attempt: machine.failures + 1,
          retryAt: moment.at + comeBackAfter,
        },
      })
    }
    case 'offline':
    case 'signing-in':
    case 'waiting':
    case 'refused':
      return stay(machine)
  }
}

/** Without a word about why: only who came by a token is cut off like this (4401). */
function isEndOfToken({ tokens }: Machine, code: number): boolean {
  return code === CloseCode.unauthorized && tokens.shown !== null
}

function onTick(machine: Machine, moment: Moment): Step {
  const deadline = deadlineOf(machine)
  if (deadline === null || deadline > moment.at) return stay(machine)
  const { phase } = machine
  switch (phase.state) {
    case 'offline':
    case 'waiting':
      return dialAnew(machine, moment)
    case 'signing-in':
      return onToken(machine, null, moment)
    case 'connecting':
    case 'authenticating':
      return withEffect(
        { kind: 'drop' },
        nextAddress(machine, phase.round, { kind: 'wait', reason: 'unreachable' }, moment),
      )
    case 'awaiting-approval':
      return dialAnew(machine, moment)
    case 'catching-up':
    case 'online':
      if (stayDueAt(phase.link) <= moment.at) return onStayDue(machine, phase.link, moment)
      // A timer that ran late because the machine slept says nothing about the peer: ask it.
      if (machine.suspended && phase.link.probe === null) return probe(machine, phase.link, moment)
      // A failed probe follows a wake-up or a network change, where D12 asks to try at once.
      if (phase.link.probe !== null) return dialAnew(machine, moment)
      return withEffect({ kind: 'drop' }, giveUp(machine, { kind: 'wait', reason: 'lost' }, moment))
    case 'refused':
      return stay(machine)
  }
}

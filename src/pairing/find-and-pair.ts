import { networkInterfaces } from 'node:os'
import { parseCode } from '../protocol/code.ts'
import type { SessionId } from '../protocol/ids.ts'
import { type PairingClock, systemPairingClock } from './clock.ts'
import { addressText, type HostAddress } from './dial.ts'
import { pairingFailureWords } from './failure-words.ts'
import { failed, type PairingFailure, type PairingOutcome } from './outcome.ts'
import { type PairTarget, pairWithCode } from './pair.ts'
import { offersCode } from './probe-answer.ts'
import { socketProbe } from './probe-connect.ts'
import { type ProbedHost, type ProbeReport, probeSubnets } from './probe-subnets.ts'

/** A session that was announced on the network, as far as it can be believed: not at all. */
export interface AnnouncedSession {
  readonly sessionId: SessionId
  readonly addresses: readonly HostAddress[]
  /** Of its codes. */
  readonly selectors: readonly string[]
  readonly fingerprint?: string | undefined
}

export type FindOutcome =
  | Extract<PairingOutcome, { kind: 'paired' }>
  | (PairingFailure & {
      /** What looking for it came to; null when that was not needed. */
      readonly report: ProbeReport | null
    })

/** One way of finding the host or of getting in, as it is tried; `words` are a sentence for a person. */
export interface FindStep {
  readonly way: 'announcement' | 'probe' | 'code'
  readonly state: 'trying' | 'done' | 'failed' | 'skipped'
  readonly words: string
}

export interface FindPorts {
  readonly told?: ((step: FindStep) => void) | undefined
  readonly clock: PairingClock
  pair(target: PairTarget, signal: AbortSignal): Promise<PairingOutcome>
  probe(
    selector: string,
    found: (host: ProbedHost) => void,
    signal: AbortSignal,
  ): Promise<ProbeReport>
}

const NOT_ANNOUNCED =
  'No host announces this code. Some networks keep announcements from arriving; the computers nearby are asked instead.'
/** Each gives whoever answers one guess at the code. */
const MOST_EXCHANGES = 4
const ADDRESSES_OF_ONE = 3
export const WHOLE_SEARCH_MS = 28_000

/**
 * From a code to an invite without knowing an address: first the sessions that are announced, then this
 * computer's own networks. Only hosts that announce the code's selector are tried. Never rejects.
 */
export async function findAndPair(
  ports: FindPorts,
  wanted: { readonly code: string; readonly announced: readonly AnnouncedSession[] },
  signal?: AbortSignal,
): Promise<FindOutcome> {
  const parsed = parseCode(wanted.code)
  if (parsed.kind === 'fault') {
    return { ...failed('not-a-code', { detail: parsed.message }), report: null }
  }
  const { selector } = parsed
  const control = new AbortController()
  let isLate = false
  const abort = (): void => control.abort()
  if (signal?.aborted === true) abort()
  signal?.addEventListener('abort', abort)
  const cancel = ports.clock.after(WHOLE_SEARCH_MS, () => {
    isLate = true
    control.abort()
  })

  const tell = (way: FindStep['way'], state: FindStep['state'], words: string): void =>
    ports.told?.({ way, state, words })
  let exchanges = 0
  let worst: PairingFailure | null = null
  let paired: Extract<PairingOutcome, { kind: 'paired' }> | null = null

  /** Whether another address of the same host may do better. */
  async function attempt(target: PairTarget): Promise<boolean> {
    if (control.signal.aborted || paired !== null || exchanges >= MOST_EXCHANGES) return false
    tell('code', 'trying', `Trying the code with ${addressText(target)}.`)
    const outcome = await ports.pair(target, control.signal)
    if (outcome.kind === 'paired') {
      paired = outcome
      tell('code', 'done', 'The host knows the code too: it is the right one.')
      return false
    }
    if (outcome.why !== 'aborted') tell('code', 'failed', pairingFailureWords(outcome))
    if (outcome.why === 'wrong-code') exchanges += 1
    if (outcome.why === 'aborted') return false
    if (worst === null || weightOf(outcome) > weightOf(worst)) worst = outcome
    return isElsewhere(outcome)
  }
  const end = (report: ProbeReport | null): FindOutcome => {
    cancel()
    signal?.removeEventListener('abort', abort)
    if (paired !== null) return paired
    const why = isLate ? 'timeout' : 'aborted'
    if (control.signal.aborted) return { ...(worst ?? failed(why)), report }
    return { ...(worst ?? failed('not-found')), report }
  }

  const announced = wanted.announced.filter(({ selectors }) => selectors.includes(selector))
  if (announced.length > 0) tell('announcement', 'done', 'A host announces that it made this code.')
  else tell('announcement', 'failed', NOT_ANNOUNCED)
  for (const session of announced) {
    const { sessionId, fingerprint } = session
    for (const address of session.addresses.slice(0, ADDRESSES_OF_ONE)) {
      if (!(await attempt({ ...address, sessionId, fingerprint }))) break
    }
  }
  if (paired !== null || control.signal.aborted || exchanges >= MOST_EXCHANGES) {
    tell('probe', 'skipped', 'There was no need to look through the network.')
    return end(null)
  }

  tell('probe', 'trying', 'Asking the computers on this network; this takes 12 seconds at most.')
  const stop = new AbortController()
  control.signal.addEventListener('abort', () => stop.abort(), { once: true })
  let attempts = Promise.resolve()
  const report = await ports.probe(
    selector,
    ({ host, port, answer, fingerprint }) => {
      if (!offersCode(answer, selector)) return
      const key = fingerprint === null ? {} : { fingerprint }
      attempts = attempts.then(async () => {
        await attempt({ host, port, sessionId: answer.session, ...key })
        if (paired !== null) stop.abort()
      })
    },
    stop.signal,
  )
  await attempts
  if (report.problem === null) tell('probe', 'done', 'A host with this code was found.')
  else if (!control.signal.aborted) {
    tell('probe', 'failed', pairingFailureWords({ why: 'not-found', report }))
  }
  return end(report)
}

/** With the real network of this computer. */
export function findHostAndPair(
  wanted: {
    readonly code: string
    readonly announced: readonly AnnouncedSession[]
    /** Addresses heard of otherwise, such as IPv6 ones. */
    readonly neighbours?: readonly string[]
    readonly told?: (step: FindStep) => void
  },
  signal?: AbortSignal,
): Promise<FindOutcome> {
  const clock = systemPairingClock()
  const neighbours = wanted.neighbours ?? []
  const ports: FindPorts = {
    clock,
    told: wanted.told,
    pair: (target, stop) => pairWithCode({ ...target, code: wanted.code }, { signal: stop, clock }),
    probe: (selector, found, stop) =>
      probeSubnets({
        interfaces: networkInterfaces(),
        connect: socketProbe(clock),
        clock,
        neighbours,
        selector,
        found,
        signal: stop,
      }),
  }
  return findAndPair(ports, wanted, signal)
}

/** At the first of a host's addresses where it answers; for a session whose addresses are announced. */
export async function pairAtAny(
  addresses: readonly HostAddress[],
  pair: (address: HostAddress) => Promise<PairingOutcome>,
): Promise<PairingOutcome> {
  let outcome: PairingOutcome = failed('unreachable', { detail: 'no address' })
  for (const address of addresses.slice(0, ADDRESSES_OF_ONE)) {
    outcome = await pair(address)
    if (outcome.kind === 'paired' || !isElsewhere(outcome)) return outcome
  }
  return outcome
}

/** At another of its addresses the same host may well answer. */
function isElsewhere({ why }: PairingFailure): boolean {
  return why === 'unreachable' || why === 'not-a-host' || why === 'other-key' || why === 'timeout'
}

/** What a person should hear of when several hosts failed: the one that came nearest. */
function weightOf({ why }: PairingFailure): number {
  if (why === 'wrong-code' || why === 'too-many-tries' || why === 'locked') return 3
  if (why === 'busy' || why === 'unavailable') return 2
  return why === 'no-code' ? 0 : 1
}

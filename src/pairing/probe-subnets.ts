import type { PairingClock } from './clock.ts'
import type { HostAddress } from './dial.ts'
import { HOST_PORTS, offersCode, type ProbeAnswer } from './probe-answer.ts'
import { type Interfaces, planProbe, type ProbeNetwork, type SkippedNetwork } from './probe-plan.ts'

/** What came of asking one address. */
export type ProbeResult =
  | {
      readonly kind: 'host'
      readonly answer: ProbeAnswer
      /** Of the key it showed; null without encryption. Nobody vouches for it yet. */
      readonly fingerprint: string | null
      /** By one of the authorities that were given, for this very address. */
      readonly vouched?: boolean
    }
  /** A computer is there, and nothing listens on that port. */
  | { readonly kind: 'refused' }
  /** Something listens that is no host. */
  | { readonly kind: 'stranger' }
  | { readonly kind: 'silent' }
  /** This computer does not let the app ask: firewall, or permission for the local network. */
  | { readonly kind: 'blocked' }

/** Asks one address; silent when the signal fires. Never rejects. */
export type ProbeConnect = (
  address: HostAddress,
  limits: { readonly connectMs: number; readonly answerMs: number; readonly signal: AbortSignal },
) => Promise<ProbeResult>

export interface ProbedHost extends HostAddress {
  readonly answer: ProbeAnswer
  readonly fingerprint: string | null
}

export interface ProbeReport {
  readonly networks: readonly (Omit<ProbeNetwork, 'addresses'> & { readonly addresses: number })[]
  readonly skipped: readonly SkippedNetwork[]
  /** Addresses that were asked, and those where a computer is. */
  readonly tried: number
  readonly alive: number
  readonly hosts: readonly ProbedHost[]
  readonly ended: 'complete' | 'time' | 'aborted'
  /** Why what was looked for was not found; null when it was. */
  readonly problem: ProbeProblem | null
}

export type ProbeProblem =
  | 'no-network' // no interface with a private network
  | 'blocked' // this computer does not let the app ask its neighbours
  | 'nothing-answered' // not one computer: isolated clients, or the other is on another network
  | 'no-host' // computers, but no session
  | 'other-code' // sessions, but none with this code

export interface ProbeOptions {
  readonly interfaces: Interfaces
  readonly connect: ProbeConnect
  readonly clock: PairingClock
  readonly ports?: readonly number[]
  /** Addresses heard of otherwise, such as IPv6 ones: a network of those is too large to walk through. */
  readonly neighbours?: readonly string[]
  /** Of the code that is looked for. */
  readonly selector?: string
  readonly found?: (host: ProbedHost) => void
  readonly signal?: AbortSignal
}

const MOST_AT_ONCE = 128
export const CONNECT_MS = 400
/** For networks with a long way: only when the quick look found nothing. */
const PATIENT_CONNECT_MS = 1_500
const ANSWER_MS = 2_000
export const WHOLE_RUN_MS = 12_000

/**
 * Looks for hosts in this computer's own networks, for where multicast does not reach: each address on the usual
 * port, then the other ports where a computer is, then the silent ones once more. At most 12 s.
 */
export async function probeSubnets(options: ProbeOptions): Promise<ProbeReport> {
  const { connect, clock, ports = HOST_PORTS, selector, signal } = options
  const { own, networks, skipped } = planProbe(options.interfaces)
  const all = [
    ...new Set([
      ...own,
      ...networks.flatMap(({ addresses }) => addresses),
      ...(options.neighbours ?? []),
    ]),
  ]
  const alive = new Set<string>()
  const tried = new Set<string>()
  const blocked = new Set<string>()
  const hosts = new Map<string, ProbedHost>()

  const control = new AbortController()
  let ended: ProbeReport['ended'] = 'complete'
  const end = (why: ProbeReport['ended']): void => {
    if (control.signal.aborted) return
    ended = why
    control.abort()
  }
  const abort = (): void => end('aborted')
  if (signal?.aborted === true) abort()
  signal?.addEventListener('abort', abort)
  const cancel = clock.after(WHOLE_RUN_MS, () => end('time'))

  async function ask(host: string, port: number, connectMs: number): Promise<void> {
    tried.add(host)
    const limits = { connectMs, answerMs: ANSWER_MS, signal: control.signal }
    const result = await connect({ host, port }, limits)
    switch (result.kind) {
      case 'silent':
        return
      case 'blocked':
        blocked.add(host)
        return
      case 'refused':
      case 'stranger':
        alive.add(host)
        return
      case 'host': {
        alive.add(host)
        if (control.signal.aborted) return
        // One host answers at several of its addresses; the first is as good as the others.
        const key = `${result.answer.session} ${result.fingerprint} ${port}`
        if (hosts.has(key)) return
        const { answer, fingerprint } = result
        const probed: ProbedHost = { host, port, answer, fingerprint }
        hosts.set(key, probed)
        options.found?.(probed)
      }
    }
  }
  const askAll = (
    addresses: readonly string[],
    some: readonly number[],
    connectMs = CONNECT_MS,
  ): Promise<void> =>
    inTurn(
      // Port after port, so that a host on the more usual one is found first.
      some.flatMap((port) => addresses.map((host) => () => ask(host, port, connectMs))),
      control.signal,
    )

  const usual = ports.slice(0, 1)
  const others = ports.slice(1)
  await askAll(all, usual)
  await askAll([...alive], others)
  if (hosts.size === 0) {
    const silent = all.filter((host) => !alive.has(host) && !blocked.has(host))
    await askAll(silent, usual, PATIENT_CONNECT_MS)
    await askAll(
      [...alive].filter((host) => silent.includes(host)),
      others,
    )
    await askAll(
      silent.filter((host) => !alive.has(host)),
      others,
    )
  }
  cancel()
  signal?.removeEventListener('abort', abort)

  const neighbours = all.filter((host) => !own.includes(host))
  return {
    networks: networks.map((network) => ({ ...network, addresses: network.addresses.length })),
    skipped,
    tried: tried.size,
    alive: alive.size,
    hosts: [...hosts.values()],
    ended,
    problem: problemOf(),
  }

  function problemOf(): ProbeProblem | null {
    const isWanted = ({ answer }: ProbedHost): boolean =>
      selector === undefined || offersCode(answer, selector)
    if ([...hosts.values()].some(isWanted)) return null
    if (hosts.size > 0) return 'other-code'
    if (neighbours.length === 0) return 'no-network'
    if (neighbours.some((host) => alive.has(host))) return 'no-host'
    return neighbours.some((host) => blocked.has(host)) ? 'blocked' : 'nothing-answered'
  }
}

/** Runs the jobs in order, so many at once, until the signal fires. */
async function inTurn(jobs: readonly (() => Promise<void>)[], signal: AbortSignal): Promise<void> {
  let next = 0
  async function work(): Promise<void> {
    while (!signal.aborted) {
      const job = jobs[next++]
      if (job === undefined) return
      await job()
    }
  }
  await Promise.all(Array.from({ length: Math.min(MOST_AT_ONCE, jobs.length) }, work))
}

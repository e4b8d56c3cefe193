import { createServer } from 'node:net'
import { fingerprintOf } from '../../client/connection/host-trust.ts'
import type { shakeHands } from '../edges/dial.ts'
import { failed, ok, skipped, warning } from '../report.ts'
import type { Finding } from '../report.ts'
import { shownTarget } from '../reaching/reach-state.ts'

export type PortTrial =
  | { readonly kind: 'free' }
  | { readonly kind: 'refused'; readonly code: string }

/** Listens for a moment. */
export function tryPort(port: number, host: string): Promise<PortTrial> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) =>
      resolve({ kind: 'refused', code: error.code ?? 'unknown' }),
    )
    server.listen({ port, host, exclusive: true }, () =>
      server.close(() => resolve({ kind: 'free' })),
    )
  })
}

/** For a session that is not hosted now. `owner`: the program that holds the port, if the system says. */
export function checkFreePort(port: number, trial: PortTrial, owner: string | null): Finding {
  if (port === 0) return skipped('A free port is picked at the start.')
  if (trial.kind === 'free') return ok(`Port ${port} is free for hosting.`)
  if (trial.code === 'EADDRINUSE') {
    const by = owner === null ? 'another program' : `“${owner}”`
    return warning(
      `Port ${port} is taken by ${by}.`,
      `Quit ${owner === null ? 'the program that uses it' : by} before hosting; otherwise Landline picks another port, and people find the session by discovery or a new invite.`,
    )
  }
  return failed(
    `Port ${port} cannot be used (${trial.code}).`,
    port < 1_024
      ? 'Choose a port from 1024 on: lower ones are for administrators.'
      : 'See that no security program keeps Landline from listening.',
  )
}

export interface ServedAt {
  readonly port: number
  /** Of this computer, as invites name them. */
  readonly addresses: readonly string[]
  /** The key it must answer with; null where an authority vouches. */
  readonly fingerprint: string | null
  readonly reachFix?: string | undefined
}

/** For a session that is hosted now: does it answer, with its own key, at every address it invites to? */
export async function checkServedPort(
  { port, addresses, fingerprint, reachFix }: ServedAt,
  dial: typeof shakeHands,
  signal: AbortSignal,
): Promise<Finding> {
  const answersAt = async (host: string): Promise<boolean> => {
    const answer = await dial({ host, port }, null, signal)
    if (answer.kind === 'refused' || answer.certificate === null) return false
    return fingerprint === null || fingerprintOf(answer.certificate.publicKey) === fingerprint
  }
  const [here, ...there] = await Promise.all(['127.0.0.1', ...addresses].map(answersAt))
  const silent = addresses.filter((_, index) => there[index] === false)
  const shown = (list: readonly string[]): string =>
    list.map((host) => shownTarget({ host, port })).join(', ')
  if (addresses.length > 0 && silent.length === 0) {
    return ok(`The session answers, encrypted and with its own key, at ${shown(addresses)}.`)
  }
  if (here !== true) {
    return failed(
      `The session does not answer on port ${port}, not even on this computer.`,
      'Stop hosting and host again; if it stays so, another program has taken the port: restart this computer.',
    )
  }
  if (addresses.length === 0) {
    return warning(
      `The session answers on port ${port}, but only on this computer.`,
      'Connect to the Wi-Fi or cable network that the others use.',
    )
  }
  // A server may listen on IPv4 alone, and everybody on a network has that.
  if (silent.length < addresses.length && silent.every((host) => host.includes(':'))) {
    const answering = addresses.filter((host) => !silent.includes(host))
    return ok(
      `The session answers, encrypted and with its own key, at ${shown(answering)}; not over IPv6, which nobody needs where all have IPv4.`,
    )
  }
  const fix =
    reachFix ??
    `Allow Landline (TCP port ${port}) in the firewall of this computer, then stop hosting and host again.`
  return silent.length === addresses.length
    ? failed(`The session answers on this computer, but not at ${shown(silent)}.`, fix)
    : warning(`The session answers, but not at ${shown(silent)}.`, fix)
}

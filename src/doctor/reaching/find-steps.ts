import { isIP } from 'node:net'
import { isLoopbackHost } from '../../client/connection/host-trust.ts'
import type { Target } from '../../client/connection/secure-connection.ts'
import { isOnLink, planLinks } from '../../discovery/links.ts'
import { failed, ok, warning } from '../report.ts'
import type { Finding } from '../report.ts'
import { shownTarget, targetOfAddress } from './reach-state.ts'
import type { ReachPorts, ReachState, ReachTarget } from './reach-state.ts'

/** From the address to the open port: is there anybody at all? */

export async function resolveStep(
  target: ReachTarget,
  state: ReachState,
  { dial }: ReachPorts,
): Promise<Finding> {
  const wanted = target.addresses.map(targetOfAddress).filter((one) => one !== null)
  if (wanted.length === 0) {
    return failed(
      'There is no address to try.',
      'Ask the host for a new invite, or write the address as it stands in the hosting panel, such as 192.168.1.20:47800.',
    )
  }
  const answers = await Promise.all(
    wanted.map(async ({ host, port }) => ({ host, port, answer: await dial.resolve(host) })),
  )
  state.resolved = answers.flatMap(({ port, answer }) =>
    answer.kind === 'resolved' ? answer.addresses.map((host) => ({ host, port })) : [],
  )
  const unknown = answers.filter(({ answer }) => answer.kind === 'refused').map(({ host }) => host)
  const fix = 'Check the name for typing errors, or use the number address in the hosting panel.'
  if (state.resolved.length === 0)
    return failed(`Nobody knows the name ${unknown.join(', ')}.`, fix)
  const found = state.resolved.map(shownTarget).join(', ')
  return unknown.length === 0
    ? ok(`To be tried: ${found}.`)
    : warning(`To be tried: ${found}. Nobody knows the name ${unknown.join(', ')}.`, fix)
}

/** Whether the address is on a network of this computer. */
export function routeStep(state: ReachState, { interfaces }: ReachPorts): Finding {
  const links = planLinks(interfaces())
  const own = new Set(links.flatMap(({ entries }) => entries.map(({ address }) => address)))
  const near: string[] = []
  const far: string[] = []
  for (const { host } of state.resolved) {
    if (isLoopbackHost(host) || own.has(host)) near.push(`${host} is this very computer`)
    else {
      const link = links.find((one) => isOnLink(one, host))
      if (link !== undefined) near.push(`${host} is on the network of ${link.interfaceName}`)
      else if (isPrivate(host)) far.push(host)
      else near.push(`${host} is beyond this network, and the router may know the way`)
    }
  }
  if (near.length > 0) return ok(`${near.join('; ')}.`)
  return warning(
    `${far.join(', ')} is on none of the networks of this computer.`,
    'Connect to the same Wi-Fi or cable network as the host: guest Wi-Fi and mobile data are separate ones.',
  )
}

const isPrivate = (host: string): boolean =>
  isIP(host) === 4
    ? /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|169\.254\.)/.test(host)
    : /^f[cde]/i.test(host)

/** Hangs up after this, so that the words about silence come from here. */
const CONNECT_MS = 4_000

export async function connectStep(
  state: ReachState,
  { dial }: ReachPorts,
  after: (ms: number, run: () => void) => () => void,
  signal: AbortSignal,
): Promise<Finding> {
  const tries = await Promise.all(
    state.resolved.map(async (one) => ({ one, answer: await inTime(one) })),
  )
  function inTime(one: Target): ReturnType<ReachPorts['dial']['touch']> {
    return new Promise((done) => {
      const giveUp = new AbortController()
      const cancel = after(CONNECT_MS, () => {
        giveUp.abort()
        done({ kind: 'refused', code: 'ETIMEDOUT' })
      })
      signal.addEventListener('abort', () => giveUp.abort(), { once: true })
      void dial.touch(one, giveUp.signal).then((answer) => {
        cancel()
        done(answer)
      })
    })
  }
  const reached = tries.find(({ answer }) => answer.kind === 'connected')?.one
  if (reached !== undefined) {
    state.reached = reached
    return ok(`${shownTarget(reached)} takes connections.`)
  }
  const codes = tries.map(({ answer }) => (answer.kind === 'refused' ? answer.code : ''))
  const where = state.resolved.map(shownTarget).join(', ')
  // The most telling one: somebody who says no is nearer than silence.
  if (codes.includes('ECONNREFUSED')) {
    return failed(
      `A computer answers at ${where}, but nothing listens on that port.`,
      'Ask the host whether the session is being hosted, and for a new invite: the port may have changed.',
    )
  }
  if (codes.some((code) => /^(EACCES|EPERM)$/.test(code))) {
    return failed(
      `This computer does not let Landline connect to ${where}.`,
      'Allow Landline to make outgoing connections in the firewall of this computer.',
    )
  }
  if (codes.some((code) => /^(EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|ENETDOWN)$/.test(code))) {
    return failed(
      `There is no way to ${where}, or nobody is there.`,
      'See that the host’s computer is awake and on the same Wi-Fi or cable network as this one.',
    )
  }
  return failed(
    `Nobody answers at ${where}.`,
    `Ask the host to allow Landline (TCP port ${state.resolved[0]?.port ?? ''}) in the firewall; on a guest Wi-Fi, devices are often kept from each other: use another network.`,
  )
}

import type { HostTrust } from '../../client/connection/host-trust.ts'
import type { Target } from '../../client/connection/secure-connection.ts'
import type { ConnectionView } from '../../client/views.ts'
import type { Interfaces } from '../../discovery/links.ts'
import type { fetchPath, Handshake, resolve, shakeHands, touch } from '../edges/dial.ts'
import type { greet } from '../edges/greet.ts'

/** Whom to try to reach, and what is known about them. */
export interface ReachTarget {
  /** `host:port`, best first. */
  readonly addresses: readonly string[]
  /** What the invite or the profile knows the host's key by. */
  readonly fingerprint?: string | undefined
  /** An authority vouches for the host instead. */
  readonly tls?: true | undefined
  /** How the app's own connection to the session stands; missing where there is none. */
  readonly connection?: ConnectionView | undefined
}

/** The network, as the steps use it. Tests put their own in the place of what takes long. */
export interface ReachPorts {
  readonly interfaces: () => Interfaces
  readonly now: () => number
  /** PEM of those that may vouch for a company's server. */
  readonly authorities: () => readonly string[]
  readonly dial: {
    readonly resolve: typeof resolve
    readonly touch: typeof touch
    readonly shakeHands: typeof shakeHands
    readonly fetchPath: typeof fetchPath
    readonly greet: typeof greet
  }
}

/** What earlier steps found for later ones. */
export interface ReachState {
  resolved: readonly Target[]
  reached: Target | null
  handshake: Handshake | null
  trust: HostTrust
  /** The host's clock when it answered, and ours at that moment. */
  times: { readonly theirs: number; readonly ours: number } | null
}

/** IPv6 loses its brackets. Null for what is no address with a port. */
export function targetOfAddress(address: string): Target | null {
  const match = /^(?:\[([^\]]+)\]|([^:[\]\s]+)):(\d{1,5})$/.exec(address)
  const host = match?.[1] ?? match?.[2]
  const port = Number(match?.[3])
  return host === undefined || port < 1 || port > 65_535 ? null : { host, port }
}

/** As people write it: an IPv6 address in brackets. */
export function shownTarget({ host, port }: Target): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

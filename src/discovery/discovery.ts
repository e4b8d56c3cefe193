import { announce } from './announce.ts'
import type { ActiveAnnouncement, HostedSession } from './announce.ts'
import { browse } from './browse.ts'
import type { Browsing } from './browse.ts'
import type { FoundSession } from './found-cache.ts'
import type { Interfaces } from './links.ts'
import { multicastNetwork } from './multicast-network.ts'
import type { DiscoveryClock } from './network.ts'

export interface DiscoveryOptions {
  readonly interfaces: () => Interfaces
  readonly clock: DiscoveryClock
  /** In [0, 1). */
  readonly random: () => number
  /** `host:port` of this computer with this port, best first. */
  readonly addresses: (port: number) => readonly string[]
  readonly ttlSeconds?: number
  /** A link that cannot be used, with the system's code. */
  readonly onTrouble: (link: string, code: string) => void
}

/** Sessions on the networks of this computer: telling of one's own, and hearing of others. */
export interface Discovery {
  announce(session: HostedSession): ActiveAnnouncement
  browse(onChange: (sessions: readonly FoundSession[]) => void): Browsing
}

export function createDiscovery(options: DiscoveryOptions): Discovery {
  const { clock, random, addresses, ttlSeconds } = options
  const network = multicastNetwork(options)
  return {
    announce: (session) =>
      announce(
        {
          ...{ network, clock, random, addresses, token: tokenOf(random) },
          ...(ttlSeconds === undefined ? {} : { ttlSeconds }),
        },
        session,
      ),
    browse: (onChange) => browse({ network, clock, random, onChange }),
  }
}

/** Tells announcements apart; it protects nothing. */
function tokenOf(random: () => number): string {
  return Array.from({ length: 8 }, () => Math.floor(random() * 36).toString(36)).join('')
}

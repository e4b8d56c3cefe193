import type { ActiveAnnouncement, HostedSession } from './announce.ts'
import { createDiscovery } from './discovery.ts'
import type { Discovery } from './discovery.ts'
import type { Interfaces } from './links.ts'
import type { DiscoveryClock } from './network.ts'

/** People come and go, codes change: how often what is announced is compared with what is true. */
export const LOOK_MS = 2_000

/** Announces a session as its server describes it, and follows what changes of it, until it is stopped. */
export function announceServer(
  discovery: Pick<Discovery, 'announce'>,
  clock: DiscoveryClock,
  describe: () => HostedSession,
): Pick<ActiveAnnouncement, 'stop'> {
  const announcement = discovery.announce(describe())
  let cancel = clock.after(LOOK_MS, look)
  function look(): void {
    announcement.update(describe())
    cancel = clock.after(LOOK_MS, look)
  }
  return {
    stop() {
      cancel()
      return announcement.stop()
    },
  }
}

/** The networks of this computer, for a server without the app. */
export function serverDiscovery(options: {
  readonly interfaces: () => Interfaces
  readonly clock: DiscoveryClock
  readonly addresses: (port: number) => readonly string[]
  readonly onTrouble: (link: string, code: string) => void
}): Pick<Discovery, 'announce'> {
  return createDiscovery({ ...options, random: Math.random })
}

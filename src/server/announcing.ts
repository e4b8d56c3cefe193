import { hostname, networkInterfaces } from 'node:os'
import { announceServer, serverDiscovery } from '../discovery/announce-server.ts'
import { MAX_DEVICE_NAME_LENGTH } from '../protocol/limits.ts'
import { PROTOCOL_VERSION } from '../protocol/version.ts'
import type { Log } from './hub/ports.ts'
import { reachableAddresses } from './ops/addresses.ts'
import type { RunningServer } from './start-server.ts'

/** Tells the networks of this computer of the session, until it is stopped. */
export function announceOn(server: RunningServer, log: Log): { stop(): Promise<void> } {
  const clock = {
    monotonic: () => performance.now(),
    after(ms: number, run: () => void) {
      const timer = setTimeout(run, ms)
      return () => clearTimeout(timer)
    },
  }
  const discovery = serverDiscovery({
    interfaces: networkInterfaces,
    clock,
    addresses: (port) => reachableAddresses(server.host, port, networkInterfaces()),
    onTrouble: (link, code) => log.warn({ link, code }, 'a network cannot be announced on'),
  })
  return announceServer(discovery, clock, () => ({
    sessionId: server.session.id,
    name: server.session.name,
    host: hostname().slice(0, MAX_DEVICE_NAME_LENGTH),
    protocolVersion: PROTOCOL_VERSION,
    people: server.onlinePeople(),
    ...server.notice(),
    port: server.port,
    ...(server.fingerprint === null ? {} : { fingerprint: server.fingerprint }),
  }))
}

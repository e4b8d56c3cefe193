import { networkInterfaces } from 'node:os'
import { powerMonitor } from 'electron'
import type { SystemEvent } from '../../client/client-session.ts'
import { networkFingerprint } from '../hosting/addresses.ts'

export interface SystemWatchOptions {
  readonly onEvent: (event: SystemEvent) => void
  readonly onPresence: (presence: 'online' | 'away') => void
  readonly every: (ms: number, run: () => void) => () => void
}

const NETWORK_POLL_MS = 2_000
const IDLE_POLL_MS = 15_000
export const AWAY_AFTER_SECONDS = 300

/** Sleep, network and idleness of this computer, told to the sessions (D13). Returns how to stop. */
export function watchSystem(options: SystemWatchOptions): () => void {
  const suspend = (): void => options.onEvent('suspend')
  const resume = (): void => options.onEvent('resume')
  powerMonitor.on('suspend', suspend)
  powerMonitor.on('resume', resume)
  powerMonitor.on('unlock-screen', resume)

  let network = networkFingerprint(networkInterfaces())
  const stopNetwork = options.every(NETWORK_POLL_MS, () => {
    const now = networkFingerprint(networkInterfaces())
    if (now === network) return
    const event = networkEvent(network, now)
    network = now
    options.onEvent(event)
  })

  let presence: 'online' | 'away' = 'online'
  const stopIdle = options.every(IDLE_POLL_MS, () => {
    const next = powerMonitor.getSystemIdleTime() >= AWAY_AFTER_SECONDS ? 'away' : 'online'
    if (next === presence) return
    presence = next
    options.onPresence(next)
  })

  return () => {
    powerMonitor.off('suspend', suspend)
    powerMonitor.off('resume', resume)
    powerMonitor.off('unlock-screen', resume)
    stopNetwork()
    stopIdle()
  }
}

function networkEvent(before: string, now: string): SystemEvent {
  if (now === '') return 'network-lost'
  return before === '' ? 'network-back' : 'network-change'
}

import type { MemberId } from '../../protocol/ids.ts'
import type { Presence } from '../../protocol/records.ts'
import type { Clock } from '../clock.ts'

/** Longer than a blip: only then does losing the server make everyone look offline (D17). */
const GRACE_MS = 5_000

/** Who is here, as the server last said. Lives only in memory (D17). */
export interface Presences {
  get(member: MemberId): Presence
  set(member: MemberId, presence: Presence): void
  connectionLost(): void
  connectionBack(): void
  close(): void
}

export function createPresences(clock: Clock, cleared: () => void): Presences {
  const known = new Map<MemberId, Presence>()
  let cancel: (() => void) | null = null

  function stop(): void {
    cancel?.()
    cancel = null
  }

  return {
    get: (member) => known.get(member) ?? 'offline',
    set(member, presence) {
      // News of people is newer than the loss, also while the rest is still being caught up with.
      stop()
      known.set(member, presence)
    },
    connectionLost() {
      if (cancel !== null || known.size === 0) return
      cancel = clock.after(GRACE_MS, () => {
        cancel = null
        known.clear()
        cleared()
      })
    },
    connectionBack: stop,
    close: stop,
  }
}

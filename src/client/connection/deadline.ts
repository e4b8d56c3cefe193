import type { Link, Machine } from './phases.ts'
import { stayDueAt } from './tokens.ts'

/** Two pings of the server, and some: who waits for approval has not been told how often it pings. */
export const APPROVAL_SILENCE_MS = 75_000

/** When the machine must be given a `tick`, in monotonic milliseconds, if nothing else happens. */
export function deadlineOf({ phase }: Machine): number | null {
  switch (phase.state) {
    case 'offline':
    case 'waiting':
      return phase.retryAt
    case 'signing-in':
    case 'connecting':
    case 'authenticating':
      return phase.deadline
    case 'awaiting-approval':
      // A person decides when: there is no other deadline than a dead line.
      return phase.heardAt + APPROVAL_SILENCE_MS
    case 'catching-up':
    case 'online':
      // Once the link is distrusted, only the answer to the probe counts.
      return Math.min(lifeDeadlineOf(phase.link), stayDueAt(phase.link))
    case 'refused':
      return null
  }
}

function lifeDeadlineOf({ heardAt, probe: running, silenceLimit }: Link): number {
  return running?.deadline ?? heardAt + silenceLimit
}

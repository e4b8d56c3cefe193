import { giveUp } from './attempt.ts'
import type { Machine, Moment, Step } from './phases.ts'

/** Two running copies of one device take turns this often before one of them gives way. */
const TIMES = 3
const WITHIN_MS = 120_000

/**
 * The server says that this device connected again. Mostly that was this very copy: a handshake it had given up
 * reached the server late, over a line that was thought dead, and took the place of the newer one. So it comes
 * back; only a repetition means that another copy runs.
 */
export function onSuperseded(machine: Machine, moment: Moment): Step {
  const recent = machine.superseded.filter((at) => moment.at - at < WITHIN_MS)
  if (recent.length + 1 >= TIMES) {
    return giveUp({ ...machine, superseded: [] }, { kind: 'refuse', reason: 'superseded' }, moment)
  }
  const counted = { ...machine, superseded: [...recent, moment.at] }
  return giveUp(counted, { kind: 'wait', reason: 'lost' }, moment)
}

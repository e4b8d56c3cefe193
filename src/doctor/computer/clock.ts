import { failed, ok, warning } from '../report.ts'
import type { Finding } from '../report.ts'

/** From here on it matters: certificates are taken for expired, and times beside messages look wrong. */
export const MAX_SKEW_MS = 5 * 60_000
/** No copy of this program can have run before. */
const FIRST_DAY = Date.UTC(2026, 0, 1)
const SET_CLOCK =
  'Turn on setting date and time automatically in the settings of this computer, or set them by hand.'

/** Without anybody to compare with: only what cannot be. */
export function checkClock(now: number): Finding {
  const shown = `${new Date(now).toISOString().slice(0, 16).replace('T', ' ')} UTC`
  return now < FIRST_DAY
    ? failed(`This computer believes it is ${shown}, which is long past.`, SET_CLOCK)
    : ok(`This computer believes it is ${shown}.`)
}

/** `theirs`: what the host's answer says, exact to a second; both in milliseconds since 1970. */
export function checkSkew(ours: number, theirs: number): Finding {
  const skew = ours - theirs
  if (Math.abs(skew) <= MAX_SKEW_MS) return ok('This computer and the host agree on the time.')
  return warning(
    `This computer’s clock is ${durationWords(Math.abs(skew))} ${skew > 0 ? 'ahead of' : 'behind'} the host’s.`,
    'Turn on setting date and time automatically on both computers; the order of messages does not depend on it.',
  )
}

export function durationWords(ms: number): string {
  const minutes = Math.round(ms / 60_000)
  if (minutes < 120) return `${minutes} ${minutes === 1 ? 'minute' : 'minutes'}`
  const hours = Math.round(minutes / 60)
  return hours < 48 ? `${hours} hours` : `${Math.round(hours / 24)} days`
}

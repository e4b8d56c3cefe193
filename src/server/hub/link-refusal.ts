import type { Refusal } from './ports.ts'
import type { StoredDevice } from './registry-port.ts'

const LINKED_BY_TOKEN: Refusal = {
  kind: 'refused',
  code: 'not-allowed',
  message: 'Your further devices come by your bearer token, as this one did.',
}

/** What was forgotten stays connected until somebody cuts it off, and must not come back by another device (I11). */
export const FORGOTTEN: Refusal = {
  kind: 'refused',
  code: 'not-allowed',
  message: 'This device was forgotten, and links no others.',
}

/** A device that is out when its token ends must leave none behind that stays (I13). `own`: all of the member's. */
export function linkRefusal(own: readonly StoredDevice[]): Refusal | undefined {
  return own.some(({ key, byToken }) => key !== null && byToken) ? LINKED_BY_TOKEN : undefined
}

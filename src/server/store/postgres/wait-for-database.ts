import pg from 'pg'
import type { Clock, Log } from '../../hub/ports.ts'
import { describe } from './database.ts'

const FIRST_DELAY_MS = 250
const LONGEST_DELAY_MS = 5_000

/** Of the network: it may be there in a moment. */
const NOT_REACHED = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'EPIPE'],
  ...['ENOTFOUND', 'EAI_AGAIN'],
])
/** Of PostgreSQL: it starts, stops, or has no place at the moment. */
const NOT_NOW = /^(08|53300|57P0[123])/

/**
 * Opens once the database can be reached: those that start together with it need not come after it. What waiting
 * does not mend, such as a wrong password or no such database, is thrown at once; the rest when the time is over, or
 * the signal's reason when it is aborted.
 */
export async function waitForDatabase<Value>(
  open: () => Promise<Value>,
  patienceMs: number,
  { clock, log }: { readonly clock: Pick<Clock, 'after' | 'monotonic'>; readonly log: Log },
  signal?: AbortSignal,
): Promise<Value> {
  const ended = endOf(signal)
  const deadline = clock.monotonic() + patienceMs
  for (let delayMs = FIRST_DELAY_MS; ; delayMs = Math.min(2 * delayMs, LONGEST_DELAY_MS)) {
    try {
      return await Promise.race([open(), ended])
    } catch (fault) {
      if (signal?.aborted === true || !isAway(fault) || clock.monotonic() + delayMs > deadline)
        throw fault
      log.warn({ fault: describe(fault), againInMs: delayMs }, 'PostgreSQL is not there yet')
    }
    let cancel = (): void => {}
    const delay = new Promise<void>((resolve) => (cancel = clock.after(delayMs, resolve)))
    try {
      await Promise.race([delay, ended])
    } finally {
      cancel()
    }
  }
}

/** Rejects when it is aborted. */
function endOf(signal: AbortSignal | undefined): Promise<never> {
  const ended = new Promise<never>((_, reject) => {
    const end = (): void => reject(signal?.reason as Error)
    if (signal?.aborted === true) end()
    else signal?.addEventListener('abort', end, { once: true })
  })
  // Whoever waits for it hears of it; without anybody it is no fault.
  ended.catch(() => {})
  return ended
}

function isAway(fault: unknown): boolean {
  if (fault instanceof AggregateError) return fault.errors.every(isAway)
  if (!(fault instanceof Error)) return false
  if (fault instanceof pg.DatabaseError) return NOT_NOW.test(fault.code ?? '')
  if ('code' in fault) return NOT_REACHED.has(String(fault.code))
  // The driver has no codes for these.
  return /timeout|terminated/i.test(fault.message)
}

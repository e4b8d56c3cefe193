const FIRST_DELAY_MS = 1_000
const GROWTH = 1.5
/** Also how often it is tried while the network is said to be gone. */
export const MAX_DELAY_MS = 30_000

/** D12: the ceiling grows from 1 s by 1.5 to 30 s; full jitter spreads clients over all of it. */
export function retryDelay(failures: number, random: number): number {
  const ceiling = Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * GROWTH ** Math.max(0, failures - 1))
  return Math.round(ceiling * random)
}

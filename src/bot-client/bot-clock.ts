/** Time as the bot needs it; tests pass their own. */
export interface BotClock {
  /** Milliseconds since 1970. */
  now(): number
  /** Milliseconds since some fixed moment; never goes back. */
  monotonic(): number
  /** Runs once after `ms`; returns how to cancel. */
  after(ms: number, run: () => void): () => void
  /** In [0, 1). */
  random(): number
}

export const systemBotClock: BotClock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
  },
  random: () => Math.random(),
}

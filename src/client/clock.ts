/** Time and timers. `now` is shown to people; only `monotonic` may be used to measure (D19). */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number
  /** Milliseconds since some fixed moment; never goes back. */
  monotonic(): number
  /** Runs once after `ms`; returns how to cancel. */
  after(ms: number, run: () => void): () => void
  /** Runs after everything of this event-loop turn has been taken in: the end of a batch. */
  afterTurn(run: () => void): void
}

/** The computer's clock. Its timers do not keep the process alive. */
export function systemClock(): Clock {
  return {
    now: () => Date.now(),
    monotonic: () => performance.now(),
    after(ms, run) {
      const timer = setTimeout(run, ms)
      timer.unref()
      return () => clearTimeout(timer)
    },
    afterTurn(run) {
      setImmediate(run)
    },
  }
}

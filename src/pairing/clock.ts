/** Timers of a pairing. Milliseconds; only `monotonic` measures. */
export interface PairingClock {
  monotonic(): number
  /** Runs once after `ms`; returns how to cancel. */
  after(ms: number, run: () => void): () => void
}

/** The computer's clock. Its timers do not keep the process alive. */
export function systemPairingClock(): PairingClock {
  return {
    monotonic: () => performance.now(),
    after(ms, run) {
      const timer = setTimeout(run, ms)
      timer.unref()
      return () => clearTimeout(timer)
    },
  }
}

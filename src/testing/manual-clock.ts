/** A clock that stands still until a test moves it. Fits the clock ports of the hub and of the client. */
export interface ManualClock {
  now(): number
  monotonic(): number
  after(ms: number, run: () => void): () => void
  afterTurn(run: () => void): void
  /** Runs what waits for the end of the turn, then promise reactions, until nothing is left. */
  settle(): Promise<void>
  /** Moves time forward, running each timer at its own moment and settling after each. */
  advance(ms: number): Promise<void>
  /** Changes what `now` shows without moving `monotonic`: a wrong or corrected wall clock (D19). */
  skewWallClock(ms: number): void
  pendingTimers(): number
}

interface Timer {
  readonly due: number
  readonly order: number
  readonly run: () => void
}

/** Promise reactions can queue further ones; this many rounds in a row without work counts as quiet. */
const QUIET_ROUNDS = 24

export function manualClock(startAt = 1_700_000_000_000): ManualClock {
  let elapsed = 0
  let skew = 0
  let order = 0
  const timers = new Set<Timer>()
  let turn: (() => void)[] = []

  function earliest(end: number): Timer | undefined {
    let first: Timer | undefined
    for (const timer of timers) {
      if (timer.due > end) continue
      if (
        first === undefined ||
        timer.due < first.due ||
        (timer.due === first.due && timer.order < first.order)
      ) {
        first = timer
      }
    }
    return first
  }

  async function settle(): Promise<void> {
    for (let quiet = 0; quiet < QUIET_ROUNDS;) {
      const batch = turn
      turn = []
      for (const run of batch) run()
      quiet = batch.length > 0 ? 0 : quiet + 1
      await Promise.resolve()
    }
  }

  return {
    now: () => startAt + elapsed + skew,
    monotonic: () => elapsed,
    after(ms, run) {
      const timer = { due: elapsed + Math.max(0, ms), order: order++, run }
      timers.add(timer)
      return () => timers.delete(timer)
    },
    afterTurn(run) {
      turn.push(run)
    },
    settle,
    async advance(ms) {
      await settle()
      const end = elapsed + ms
      for (;;) {
        const next = earliest(end)
        if (next === undefined) break
        timers.delete(next)
        elapsed = next.due
        next.run()
        await settle()
      }
      elapsed = end
    },
    skewWallClock(ms) {
      skew += ms
    },
    pendingTimers: () => timers.size,
  }
}

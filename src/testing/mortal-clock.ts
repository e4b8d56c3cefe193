import type { ManualClock } from './manual-clock.ts'

/** A clock that dies with its process: after `kill`, nothing that was waiting on it runs. */
export interface MortalClock {
  readonly clock: Pick<ManualClock, 'now' | 'monotonic' | 'after' | 'afterTurn'>
  readonly alive: () => boolean
  kill(): void
}

export function mortalClock(clock: ManualClock): MortalClock {
  let alive = true
  const whileAlive = (run: () => void) => () => {
    if (alive) run()
  }
  return {
    clock: {
      now: () => clock.now(),
      monotonic: () => clock.monotonic(),
      after: (ms, run) => clock.after(ms, whileAlive(run)),
      afterTurn: (run) => clock.afterTurn(whileAlive(run)),
    },
    alive: () => alive,
    kill() {
      alive = false
    },
  }
}

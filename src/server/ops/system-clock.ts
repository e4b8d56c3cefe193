import type { Clock } from '../hub/ports.ts'

export function systemClock(): Clock {
  return {
    now: () => Date.now(),
    monotonic: () => performance.now(),
    after(ms, run) {
      const timer = setTimeout(run, ms)
      return () => clearTimeout(timer)
    },
    // After the sockets that are readable now have been read.
    afterTurn(run) {
      setImmediate(run)
    },
  }
}

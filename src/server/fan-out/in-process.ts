import type { FanOut, Signal } from '../hub/ports.ts'

/** For a server that is one process: every signal comes straight back, in order. */
export function inProcessFanOut(): FanOut {
  const listeners = new Set<(signal: Signal) => void>()
  return {
    publish(signal) {
      for (const listener of listeners) listener(signal)
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => {
        listeners.delete(listener)
      }
    },
  }
}

import type { JoinStep } from '../../ipc/join-views.ts'

/** What a window does to get in: one attempt at a time, a newer one ends the one before. */
export interface Attempt {
  readonly signal: AbortSignal
  readonly isLate: () => boolean
  /** One line for each way; the newest word of a way replaces the ones before. */
  step(way: JoinStep['way'], state: JoinStep['state'], words: string): void
}

export interface Attempts {
  run<Value>(windowId: number, attempt: (attempt: Attempt) => Promise<Value>): Promise<Value>
  cancel(windowId: number): void
}

/** Joining succeeds or says why within this (issue: 30 s). */
export const WHOLE_JOIN_MS = 29_000

export function createAttempts(
  clock: { after(ms: number, run: () => void): () => void },
  tell: (windowId: number, steps: readonly JoinStep[]) => void,
): Attempts {
  const running = new Map<number, AbortController>()

  return {
    async run(windowId, attempt) {
      running.get(windowId)?.abort()
      const control = new AbortController()
      running.set(windowId, control)
      let late = false
      const cancel = clock.after(WHOLE_JOIN_MS, () => {
        late = true
        control.abort()
      })
      const steps: JoinStep[] = []
      tell(windowId, [])
      try {
        return await attempt({
          signal: control.signal,
          isLate: () => late,
          step(way, state, words) {
            if (control.signal.aborted) return
            const known = steps.findIndex((step) => step.way === way)
            steps.splice(known < 0 ? steps.length : known, 1, { way, state, words })
            tell(windowId, [...steps])
          },
        })
      } finally {
        cancel()
        if (running.get(windowId) === control) running.delete(windowId)
      }
    },
    cancel: (windowId) => running.get(windowId)?.abort(),
  }
}

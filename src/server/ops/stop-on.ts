export interface Stop {
  /** Aborted with the first of the signals. */
  readonly signal: AbortSignal
  readonly asked: Promise<void>
}

/** Takes these signals from now on; the first one asks for the end, those after it change nothing. */
export function stopOn(
  signals: readonly NodeJS.Signals[],
  begin: (signal: NodeJS.Signals) => void,
): Stop {
  const stop = new AbortController()
  const asked = new Promise<void>((resolve) => {
    for (const signal of signals) {
      process.on(signal, () => {
        if (stop.signal.aborted) return
        begin(signal)
        stop.abort()
        resolve()
      })
    }
  })
  return { signal: stop.signal, asked }
}

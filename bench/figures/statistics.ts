/** What several repetitions of one measurement came to. */
export interface Spread {
  readonly median: number
  readonly min: number
  readonly max: number
  readonly count: number
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b)
  const first = sorted[0]
  const last = sorted.at(-1)
  if (first === undefined || last === undefined) throw new Error('nothing was measured')
  const middle = (sorted.length - 1) / 2
  const below = sorted[Math.floor(middle)] ?? first
  const above = sorted[Math.ceil(middle)] ?? last
  return { median: (below + above) / 2, min: first, max: last, count: sorted.length }
}

/** The smallest value that at least `share` of all do not exceed; 0 for none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0
}

/**
 * The order of all runs: forwards, backwards, forwards …, so that what drifts with time (heat, other people's work)
 * reaches everybody alike.
 */
export function thereAndBack<Item>(items: readonly Item[], repetitions: number): Item[] {
  return Array.from({ length: repetitions }, (_, round) =>
    round % 2 === 0 ? items : items.toReversed(),
  ).flat()
}

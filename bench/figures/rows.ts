import type { Spread } from './statistics.ts'

/** Who is measured, in the order of the table's columns. */
export const subjects = ['ours', 'ws', 'sio', 'sioFull', 'limit'] as const
export type Subject = (typeof subjects)[number]

export type Unit = 'deliveries/s' | 'sends/s' | 'ms' | 'bytes'

export const isLessBetter = (unit: Unit): boolean => unit === 'ms' || unit === 'bytes'

/** What one subject reached in one workload. */
export interface Figure {
  readonly value: Spread
  /** Processor time of the server for each delivery, send or person, in microseconds. */
  readonly microseconds?: number | undefined
  /** Milliseconds. */
  readonly latency?: { readonly p50: number; readonly p99: number } | undefined
  /** The load generator used up its core: the server could have done more. */
  readonly isGeneratorBound: boolean
  /** So few messages were through that the figure says more of chance. */
  readonly isScarce?: boolean
}

/** What is wanted of ours, for a workload in its full size. */
export type Target =
  | { readonly kind: 'against'; readonly other: Exclude<Subject, 'ours'>; readonly bound: Bound }
  | { readonly kind: 'value'; readonly bound: Bound }
  | { readonly kind: 'microseconds'; readonly bound: Bound }
  | { readonly kind: 'p50'; readonly bound: Bound }

export type Bound = { readonly atLeast: number } | { readonly atMost: number }

export interface Row {
  readonly workload: string
  readonly unit: Unit
  readonly figures: Partial<Record<Subject, Figure>>
  readonly targets: readonly Target[]
}

/** Two figures of our own beside each other. */
export interface Comparison {
  readonly what: string
  readonly unit: Unit | 'µs'
  readonly here: Spread
  readonly against: { readonly name: string; readonly value: Spread }
  readonly bound?: Bound | undefined
}

export function ratioOf(row: Row, other: Subject): number | undefined {
  const { ours } = row.figures
  const theirs = row.figures[other]
  if (ours === undefined || theirs === undefined || theirs.value.median === 0) return undefined
  return ours.value.median / theirs.value.median
}

export const holds = (value: number, bound: Bound): boolean =>
  'atLeast' in bound ? value >= bound.atLeast : value <= bound.atMost

/** What a target is compared with; undefined when it was not measured. */
export function reached(row: Row, target: Target): number | undefined {
  const { ours } = row.figures
  switch (target.kind) {
    case 'against':
      return ratioOf(row, target.other)
    case 'value':
      return ours?.value.median
    case 'microseconds':
      return ours?.microseconds
    case 'p50':
      return ours?.latency?.p50
  }
}

import type { Comparison, Figure, Row, Target } from '../figures/rows.ts'
import { spreadOf } from '../figures/statistics.ts'
import { type LimitBatch, type Limits, measureLimits } from '../servers/limit-figures.ts'
import { type Conditions, figuresOf, sideBySide, type Workload } from './workload.ts'

const SUBJECTS = ['ours', 'ws', 'sio', 'sioFull'] as const
const NOTHING = { common: 0, own: 0 } as const

const TARGETS: Record<LimitBatch, readonly Target[]> = {
  1: [],
  32: [{ kind: 'against', other: 'sioFull', bound: { atLeast: 10 } }],
  256: [
    { kind: 'against', other: 'sioFull', bound: { atLeast: 14 } },
    { kind: 'against', other: 'limit', bound: { atLeast: 0.45 } },
  ],
}

/** So many people write, each into a room of their own, and wait for the ack before they write again. */
function send(people: LimitBatch): Workload {
  return {
    name: `send-${people}`,
    async run(conditions) {
      const limits = limitsOf(conditions)
      const [results] = await sideBySide(
        conditions,
        SUBJECTS.map((subject) => ({ subject, people, room: 'own', stored: NOTHING })),
        [{ kind: 'send', ms: conditions.ms }],
      )
      const limit: Figure = {
        value: spreadOf(limits.rowsPerSecond[people]),
        isGeneratorBound: false,
      }
      const row: Row = {
        workload: `send, durable, c=${people}`,
        unit: 'sends/s',
        figures: { ...figuresOf(results, true), limit },
        targets: TARGETS[people],
      }
      const ours = results?.get('ours')
      const ws = results?.get('ws')
      if (people !== 1 || ours === undefined || ws === undefined) {
        return { rows: [row], comparisons: [] }
      }
      const roundTrip = spreadOf(ws.map(({ p50 }) => p50)).median
      const comparison: Comparison = {
        what: 'send c=1, p50',
        unit: 'ms',
        here: spreadOf(ours.map(({ p50 }) => p50)),
        against: {
          name: 'for a one-row commit and a round trip of ws',
          value: spreadOf(limits.rowsPerSecond[1].map((rows) => 1_000 / rows + roundTrip)),
        },
        bound: { atMost: 1.1 },
      }
      return { rows: [row], comparisons: [comparison] }
    },
  }
}

const known = new WeakMap<Conditions, Limits>()

/** Once for a whole run. */
export function limitsOf(conditions: Conditions): Limits {
  let limits = known.get(conditions)
  if (limits === undefined) {
    const { folder, quick, repetitions } = conditions
    known.set(conditions, (limits = measureLimits(folder, quick ? 200 : 500, repetitions)))
  }
  return limits
}

export const sends: readonly Workload[] = [send(1), send(32), send(256)]

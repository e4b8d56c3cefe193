import type { Comparison, Row, Target } from '../figures/rows.ts'
import { spreadOf } from '../figures/statistics.ts'
import { type LimitBatch, type Limits, measureLimits } from '../servers/limit-figures.ts'
import { figuresOf, sideBySide, type Workload } from './workload.ts'

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
      const { folder, quick, ms } = conditions
      const limits: Limits[] = []
      const [results] = await sideBySide(
        conditions,
        SUBJECTS.map((subject) => ({ subject, people, room: 'own', stored: NOTHING })),
        [{ kind: 'send', ms }],
        // The disk of this minute is what the others are measured by.
        async () => void limits.push(await measureLimits(folder, quick ? 200 : 300, people)),
      )
      const row: Row = {
        workload: `send, durable, c=${people}`,
        unit: 'sends/s',
        figures: {
          ...figuresOf(results, true),
          limit: {
            value: spreadOf(limits.map(({ rowsPerSecond }) => rowsPerSecond)),
            isGeneratorBound: false,
          },
        },
        targets: TARGETS[people],
      }
      const ours = results?.get('ours')
      const ws = results?.get('ws') ?? []
      // Of the same round: a commit of its disk, and a round trip of its load.
      const wanted = limits.flatMap(({ commitMs }, round) => {
        const trip = ws[round]
        return trip === undefined ? [] : [commitMs + trip.p50]
      })
      if (people !== 1 || ours === undefined || wanted.length === 0) {
        return { rows: [row], comparisons: [] }
      }
      const comparison: Comparison = {
        what: 'send c=1, p50',
        unit: 'ms',
        here: spreadOf(ours.map(({ p50 }) => p50)),
        against: { name: 'for a one-row commit and a round trip of ws', value: spreadOf(wanted) },
        bound: { atMost: 1.1 },
      }
      return { rows: [row], comparisons: [comparison] }
    },
  }
}

export const sends: readonly Workload[] = [send(1), send(32), send(256)]

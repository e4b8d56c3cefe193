import type { Row, Target } from '../figures/rows.ts'
import { figuresOf, sideBySide, type Workload } from './workload.ts'

const SUBJECTS = ['ours', 'ws', 'sio', 'limit'] as const
const NOTHING = { common: 0, own: 0 } as const

const AT_1: readonly Target[] = [
  { kind: 'against', other: 'ws', bound: { atLeast: 1.25 } },
  { kind: 'against', other: 'sio', bound: { atLeast: 1.6 } },
  { kind: 'microseconds', bound: { atMost: 3.2 } },
]
const AT_16: readonly Target[] = [
  { kind: 'against', other: 'ws', bound: { atLeast: 9 } },
  { kind: 'against', other: 'sio', bound: { atLeast: 9 } },
]
const AT_5000: readonly Target[] = [{ kind: 'against', other: 'ws', bound: { atLeast: 7 } }]

function fanOut(
  name: string,
  size: { readonly full: number; readonly quick: number },
  loads: readonly { readonly inFlight: number; readonly targets: readonly Target[] }[],
): Workload {
  return {
    name,
    async run(conditions) {
      const people = conditions.quick ? size.quick : size.full
      const { ms } = conditions
      const results = await sideBySide(
        conditions,
        SUBJECTS.map((subject) => ({ subject, people, room: 'common', stored: NOTHING })),
        loads.map(({ inFlight }) => ({ kind: 'fan-out', inFlight, ms })),
      )
      const rows = loads.map(({ inFlight, targets }, index): Row => ({
        workload: `fan-out, durable, N=${people} w${inFlight}`,
        unit: 'deliveries/s',
        figures: figuresOf(results[index], true),
        targets: people === size.full ? targets : [],
      }))
      return { rows, comparisons: [] }
    },
  }
}

/** One writer, everybody in one room: what is delivered in a second. */
export const fanOuts: readonly Workload[] = [
  fanOut('fan-out', { full: 1_000, quick: 1_000 }, [
    { inFlight: 1, targets: AT_1 },
    { inFlight: 16, targets: AT_16 },
  ]),
  fanOut('fan-out-5000', { full: 5_000, quick: 2_000 }, [{ inFlight: 8, targets: AT_5000 }]),
]

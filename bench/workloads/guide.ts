import type { Row } from '../figures/rows.ts'
import type { Measured } from '../generator/orders.ts'
import { figuresOf, type PartyPlan, sideBySide, type Workload } from './workload.ts'

const PEOPLE = 100
const EACH = 10
const SEQUENTIAL = 1_000
const SUBJECTS = ['ours', 'ws', 'sio', 'sioFull'] as const
const NOTHING = { common: 0, own: 0 } as const

/** The guide's bars: each of a hundred people writes ten messages to all of them; one alone writes a thousand in a row. */
export const guide: Workload = {
  name: 'guide',
  async run(conditions) {
    const plans = (people: number, room: PartyPlan['room']): PartyPlan[] =>
      SUBJECTS.map((subject) => ({ subject, people, room, stored: NOTHING }))
    const [crowd] = await sideBySide(conditions, plans(PEOPLE, 'common'), [
      { kind: 'rounds', people: PEOPLE, each: EACH, hearers: PEOPLE },
    ])
    const [sequence] = await sideBySide(conditions, plans(1, 'own'), [
      { kind: 'rounds', people: 1, each: SEQUENTIAL, hearers: 1 },
    ])
    const roundTrips = new Map(
      [...(crowd ?? [])].map(([name, all]) => [name, all.map(asRoundTrip)] as const),
    )
    const rows: Row[] = [
      {
        workload: `${PEOPLE} connections x ${EACH} messages, mean round trip`,
        unit: 'ms',
        figures: figuresOf(roundTrips, true),
        targets: [{ kind: 'value', bound: { atMost: 10 } }],
      },
      {
        workload: `${SEQUENTIAL} messages in a row over one connection`,
        unit: 'ms',
        figures: figuresOf(sequence, true),
        targets: [{ kind: 'value', bound: { atMost: 600 } }],
      },
    ]
    return { rows, comparisons: [] }
  },
}

/** The mean time from a write to its ack. */
function asRoundTrip(measured: Measured): Measured {
  return { ...measured, value: measured.mean }
}

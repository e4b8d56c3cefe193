import type { Row, Target } from '../figures/rows.ts'
import { figureOf, figuresOf, type PartyPlan, sideBySide, type Workload } from './workload.ts'

const MISSED = 100
/** Enough for the oldest cursor. */
const STORED = { common: 3 * MISSED, own: 0 } as const

const SAME: readonly Target[] = [{ kind: 'against', other: 'ws', bound: { atMost: 0.9 } }]
const RANDOM: readonly Target[] = [{ kind: 'against', other: 'ws', bound: { atMost: 1.3 } }]

/**
 * A thousand lines break, each person misses a hundred messages, and all come back in the same moment: handshake with
 * its proof, everybody's presence, read positions and what was missed. To ws they only connect.
 */
export const reconnects: readonly Workload[] = [
  {
    name: 'reconnect',
    async run(conditions) {
      const coming = conditions.quick ? 500 : 1_000
      const plan = (subject: PartyPlan['subject']): PartyPlan => ({
        ...{ subject, people: coming + 1, room: 'common', stored: STORED },
      })
      const [same, random] = await sideBySide(
        conditions,
        [plan('ours'), plan('ws'), plan('sio')],
        [
          { kind: 'reconnect', missed: MISSED, cursors: 'same' },
          { kind: 'reconnect', missed: MISSED, cursors: 'random' },
        ],
      )
      const rows: Row[] = [
        {
          workload: `${coming} reconnect, the same ${MISSED} missed`,
          unit: 'ms',
          figures: figuresOf(same, false),
          targets: conditions.quick ? [] : SAME,
        },
      ]
      const ours = random?.get('ours')
      const ws = random?.get('ws')
      if (ours !== undefined && ws !== undefined) {
        rows.push({
          workload: `${coming} reconnect, ${MISSED} missed on average`,
          unit: 'ms',
          // socket.io has nothing but its own order of what was missed: this row is ours and ws.
          figures: { ours: figureOf(ours, false), ws: figureOf(ws, false) },
          targets: conditions.quick ? [] : RANDOM,
        })
      }
      return { rows, comparisons: [] }
    },
  },
]

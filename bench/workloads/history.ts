import type { Comparison } from '../figures/rows.ts'
import { spreadOf } from '../figures/statistics.ts'
import type { Measured } from '../generator/orders.ts'
import { short } from '../figures/words.ts'
import { type PartyPlan, sideBySide, type Workload } from './workload.ts'

const WRITERS = 32
const COMING = 200
const MISSED = 100

/** What a long history costs: the same work in a store that holds it, and in one that holds next to nothing. */
export const history: Workload = {
  name: 'history',
  async run(conditions) {
    const stored = conditions.quick ? 100_000 : 1_000_000
    // Half in the room of all, half in the rooms that are written to.
    const long = { common: stored / 2, own: Math.round(stored / 2 / WRITERS) }
    const empty = { common: 3 * MISSED, own: 0 }
    const plan = (people: number, room: PartyPlan['room'], common: number): readonly PartyPlan[] =>
      [
        { name: 'long', stored: { ...long, common } },
        { name: 'empty', stored: empty },
      ].map((one) => ({ ...one, subject: 'ours', people, room }))
    const [sending] = await sideBySide(conditions, plan(WRITERS, 'own', long.common), [
      { kind: 'send', ms: conditions.ms },
    ])
    const catchUpStores = plan(COMING + 1, 'common', stored).map((one) => ({
      ...one,
      stored: { ...one.stored, own: 0 },
    }))
    const [coming] = await sideBySide(conditions, catchUpStores, [
      { kind: 'reconnect', missed: MISSED, cursors: 'random' },
    ])
    const name = `in a store of ${short(stored)} messages`
    const compare = (
      what: string,
      unit: Comparison['unit'],
      results: typeof sending,
      pick: (one: Measured) => number,
      bound?: Comparison['bound'],
    ): Comparison[] => {
      const here = results?.get('long')
      const against = results?.get('empty')
      if (here === undefined || against === undefined) return []
      return [
        {
          ...{ what: `${what} ${name}`, unit, here: spreadOf(here.map(pick)) },
          // What is wanted is wanted of a million.
          bound: conditions.quick ? undefined : bound,
          against: { name: 'in an empty one', value: spreadOf(against.map(pick)) },
        },
      ]
    }
    const catchUp = `${COMING} catch up with ${MISSED} messages`
    return {
      rows: [],
      comparisons: [
        ...compare(`send c=${WRITERS}`, 'sends/s', sending, (one) => one.value, { atLeast: 0.9 }),
        ...compare(`send c=${WRITERS}, of the server`, 'µs', sending, (one) => one.microseconds, {
          atMost: 1.1,
        }),
        ...compare(catchUp, 'ms', coming, (one) => one.value, { atMost: 1.1 }),
        ...compare(`${catchUp}, of the server, each`, 'µs', coming, (one) => one.microseconds, {
          atMost: 1.1,
        }),
      ],
    }
  },
}

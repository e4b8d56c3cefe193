import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Comparison, Figure, Row, Subject } from '../figures/rows.ts'
import { type Spread, spreadOf, thereAndBack } from '../figures/statistics.ts'
import type { Memory } from '../processes.ts'
import { startSubject } from '../servers/start-subject.ts'
import { type Conditions, openParty, type PartyPlan, type Workload } from './workload.ts'

const NOTHING = { common: 0, own: 0 } as const
const STARTED_MS = 500
/** Who came is announced, and first pings are answered. */
const REST_MS = 3_000
const MANY = 10_000
const FEW = 1_000
/** Of a few; there is time for many once. */
const REPETITIONS = 3

interface IdleMemory {
  /** Bytes for each connection, after collecting: what the language's heap holds and what it knows of outside it. */
  readonly known: number
  /** By which the process grew, as the system sees it. */
  readonly resident: number
}

interface IdlePlan extends PartyPlan {
  readonly name: string
}

/** People are in and nothing happens: what does each of them cost? */
async function idle(conditions: Conditions, plan: IdlePlan): Promise<IdleMemory> {
  const before = await emptyMemory(conditions, plan)
  const party = await openParty(conditions, { ...plan, withMemory: true })
  try {
    await party.gather()
    await delay(REST_MS)
    const after = await party.server.memory()
    const sum = ({ heapUsed, external }: Memory): number => heapUsed + external
    return {
      known: (sum(after) - sum(before)) / plan.people,
      resident: (after.rss - before.rss) / plan.people,
    }
  } finally {
    await party.stop()
  }
}

/** Of a server that nobody is known to: ours has read all members, with all it keeps of them, once it has started. */
async function emptyMemory(conditions: Conditions, plan: IdlePlan): Promise<Memory> {
  const { subject, encrypted = false } = plan
  const folder = mkdtempSync(join(conditions.folder, 'empty-'))
  const server = await startSubject(subject, { folder, encrypted, withMemory: true })
  try {
    await delay(STARTED_MS)
    return await server.memory()
  } finally {
    await server.stop()
  }
}

/** What each plan came to; one that failed is missed, and the others go on. */
async function allOf(
  conditions: Conditions,
  plans: readonly IdlePlan[],
  repetitions: number,
): Promise<ReadonlyMap<string, readonly IdleMemory[]>> {
  const found = new Map<string, IdleMemory[]>()
  for (const plan of thereAndBack(plans, repetitions)) {
    try {
      const memory = await idle(conditions, plan)
      conditions.say(
        `  ${plan.name}, ${plan.people}: ${Math.round(memory.known)} bytes a connection`,
      )
      found.set(plan.name, [...(found.get(plan.name) ?? []), memory])
    } catch (fault) {
      conditions.miss(`${plan.name}: ${fault instanceof Error ? fault.message : String(fault)}`)
    }
  }
  return found
}

const planOf = (subject: Subject, people: number): IdlePlan => ({
  ...{ name: subject, subject, people, room: 'common', stored: NOTHING },
})

function rowOf(
  found: ReadonlyMap<string, readonly IdleMemory[]>,
  people: number,
  subjects: readonly Subject[],
): Row {
  const figures: Partial<Record<Subject, Figure>> = {}
  for (const subject of subjects) {
    const memories = found.get(subject)
    if (memories === undefined) continue
    const value = spreadOf(memories.map(({ known }) => known))
    figures[subject] = { value, isGeneratorBound: false }
  }
  return {
    workload: `idle memory of a connection, ${people} members`,
    unit: 'bytes',
    figures,
    targets: people === MANY ? [{ kind: 'value', bound: { atMost: 15_360 } }] : [],
  }
}

/** What was found of two, beside each other, when both were. */
function beside(
  found: ReadonlyMap<string, readonly IdleMemory[]>,
  [here, there]: readonly [string, string],
  pick: (memory: IdleMemory) => number,
  make: (here: Spread, against: Spread) => Comparison,
): Comparison[] {
  const ours = found.get(here)
  const against = found.get(there)
  if (ours === undefined || against === undefined) return []
  return [make(spreadOf(ours.map(pick)), spreadOf(against.map(pick)))]
}

const MORE = 1_536
const plus = ({ median, min, max, count }: Spread): Spread => ({
  ...{ median: median + MORE, min: min + MORE, max: max + MORE, count },
})

export const idles: readonly Workload[] = [
  {
    name: 'idle',
    async run(conditions) {
      const few = ['ours', 'ws', 'sio'] as const
      const many = ['ours', 'ws', 'sio', 'limit'] as const
      const ofFew = await allOf(
        conditions,
        few.map((subject) => planOf(subject, FEW)),
        REPETITIONS,
      )
      const rows = [rowOf(ofFew, FEW, few)]
      const people = conditions.quick ? FEW : MANY
      // What they are sent when they catch up leaves the process larger than its connections make it: lines are
      // compared before that.
      const lines = [false, true].map((encrypted): IdlePlan => ({
        ...planOf('ours', people),
        ...{ name: encrypted ? 'encrypted' : 'in the clear', encrypted, catchesUp: false },
      }))
      const ofLines = await allOf(conditions, lines, 1)
      const ofMany = conditions.quick
        ? ofFew
        : await allOf(
            conditions,
            many.map((subject) => planOf(subject, people)),
            1,
          )
      if (!conditions.quick) rows.push(rowOf(ofMany, people, many))
      const comparisons = [
        ...beside(
          ofMany,
          ['ours', 'ws'],
          ({ known }) => known,
          (here, ws) => ({
            ...{ what: `idle, ${people} members, over ws and 1.5 KB`, unit: 'bytes', here },
            against: { name: 'ws + 1.5 KB', value: plus(ws) },
            bound: conditions.quick ? undefined : { atMost: 1 },
          }),
        ),
        ...beside(
          ofMany,
          ['ours', 'ws'],
          ({ resident }) => resident,
          (here, value) => ({
            ...{ what: `resident memory of a connection, ${people} members`, unit: 'bytes', here },
            against: { name: 'ws', value },
          }),
        ),
        ...beside(
          ofLines,
          ['encrypted', 'in the clear'],
          ({ resident }) => resident,
          (here, value) => ({
            what: `resident memory of an encrypted line, ${people}, nothing asked for`,
            ...{ unit: 'bytes', here },
            against: { name: 'in the clear', value },
          }),
        ),
      ]
      return { rows, comparisons }
    },
  },
]

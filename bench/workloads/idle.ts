import { setTimeout as delay } from 'node:timers/promises'
import type { Comparison, Figure, Row, Subject } from '../figures/rows.ts'
import { spreadOf } from '../figures/statistics.ts'
import { type Conditions, openParty, type PartyPlan, type Workload } from './workload.ts'

const NOTHING = { common: 0, own: 0 } as const
/** Who came is announced, and first pings are answered. */
const REST_MS = 3_000

interface IdleMemory {
  /** Bytes for each connection, after collecting: what the language's heap holds and what it knows of outside it. */
  readonly known: number
  /** By which the process grew, as the system sees it. */
  readonly resident: number
}

/** People are in and nothing happens: what does each of them cost? */
async function idle(conditions: Conditions, plan: PartyPlan): Promise<IdleMemory> {
  const party = await openParty(conditions, { ...plan, withMemory: true })
  try {
    await delay(500)
    const before = await party.server.memory()
    await party.gather()
    await delay(REST_MS)
    const after = await party.server.memory()
    const sum = ({ heapUsed, external }: typeof after): number => heapUsed + external
    return {
      known: (sum(after) - sum(before)) / plan.people,
      resident: (after.rss - before.rss) / plan.people,
    }
  } finally {
    await party.stop()
  }
}

export const idles: readonly Workload[] = [
  {
    name: 'idle',
    async run(conditions) {
      const people = conditions.quick ? 1_000 : 10_000
      const figures: Partial<Record<Subject, Figure>> = {}
      const comparisons: Comparison[] = []
      const found = new Map<string, IdleMemory>()
      const plans: (PartyPlan & { name: string; catchesUp?: boolean })[] = [
        ...(['ours', 'ws', 'sio', 'limit'] as const).map((subject) => ({
          ...{ name: subject, subject, people, room: 'common' as const, stored: NOTHING },
        })),
        // What they are sent when they catch up leaves the process larger than its connections make it: lines
        // are compared before that.
        ...[false, true].map((encrypted) => ({
          ...{
            name: encrypted ? 'encrypted' : 'in the clear',
            subject: 'ours' as const,
            encrypted,
          },
          ...{ people, room: 'common' as const, stored: NOTHING, catchesUp: false },
        })),
      ]
      for (const plan of plans) {
        const memory = await idle(conditions, plan)
        conditions.say(`  ${plan.name}: ${Math.round(memory.known)} bytes a connection`)
        found.set(plan.name, memory)
        if (plan.catchesUp === false) continue
        figures[plan.subject] = { value: spreadOf([memory.known]), isGeneratorBound: false }
      }
      const plain = found.get('ours')
      const encrypted = found.get('encrypted')
      const clear = found.get('in the clear')
      const ws = found.get('ws')
      if (
        plain !== undefined &&
        encrypted !== undefined &&
        clear !== undefined &&
        ws !== undefined
      ) {
        const one = (value: number) => spreadOf([value])
        comparisons.push(
          {
            ...{ what: `idle, ${people} members, over ws and 1.5 KB`, unit: 'bytes' },
            here: one(plain.known),
            against: { name: 'ws + 1.5 KB', value: one(ws.known + 1_536) },
            bound: { atMost: 1 },
          },
          {
            ...{ what: `resident memory of a connection, ${people} members`, unit: 'bytes' },
            here: one(plain.resident),
            against: { name: 'ws', value: one(ws.resident) },
          },
          {
            ...{ what: 'resident memory of an encrypted line, nothing asked for', unit: 'bytes' },
            here: one(encrypted.resident),
            against: { name: 'in the clear', value: one(clear.resident) },
          },
        )
      }
      const row: Row = {
        workload: `idle memory of a connection, ${people} members`,
        unit: 'bytes',
        figures,
        targets: [{ kind: 'value', bound: { atMost: 15_360 } }],
      }
      return { rows: [row], comparisons }
    },
  },
]

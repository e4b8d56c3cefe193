import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Comparison, Figure, Row, Subject } from '../figures/rows.ts'
import { spreadOf, thereAndBack } from '../figures/statistics.ts'
import type { Measured, Order, Room } from '../generator/orders.ts'
import { ENOUGH } from '../generator/stretch.ts'
import { type Generator, startGenerator } from '../generator/start-generator.ts'
import type { ServerProcess } from '../processes.ts'
import { startSubject } from '../servers/start-subject.ts'
import { makeSqliteStore, type StorePlan } from '../stores/sqlite.ts'

/** First pings, announcements of who came, and compilers are through by then. */
const REST_MS = 1_500
/** Above this share of the time the generator, not the server, may be what is measured. */
const GENERATOR_BOUND = 0.9

export interface Conditions {
  readonly quick: boolean
  readonly repetitions: number
  /** Of one measured stretch. */
  readonly ms: number
  /** A folder for everything that is made. */
  readonly folder: string
  readonly say: (line: string) => void
  /** Tells what could not be measured, and why. */
  readonly miss: (why: string) => void
  /** What starts is disposed also when somebody ends the run. */
  readonly own: <Thing extends Owned>(starting: Promise<Thing>) => Promise<Thing>
}

export interface Owned {
  dispose(): Promise<void>
}

export interface Findings {
  readonly rows: readonly Row[]
  readonly comparisons: readonly Comparison[]
}

export interface Workload {
  readonly name: string
  /** Programs that must be installed. */
  readonly needs?: readonly string[]
  run(this: void, conditions: Conditions): Promise<Findings>
}

export type Load = Extract<Order, { kind: 'fan-out' | 'send' | 'rounds' | 'reconnect' }>

/** One server with its people, ready to be measured. */
export interface Party {
  readonly name: string
  readonly subject: Subject
  readonly server: ServerProcess
  readonly generator: Generator
  stop(): Promise<void>
}

export interface PartyPlan {
  /** Tells parties of one workload apart; the subject's name when left out. */
  readonly name?: string
  readonly subject: Subject
  readonly people: number
  readonly room: Room
  readonly stored: StorePlan['stored']
  readonly encrypted?: boolean
  readonly withMemory?: boolean
  /** Left out: they do. Otherwise they come in and ask for nothing. */
  readonly catchesUp?: boolean
  /** Those the store knows, when more than come. */
  readonly known?: number
}

let parties = 0

/** The server runs, and nobody has come yet. */
export async function openParty(
  conditions: Conditions,
  plan: PartyPlan,
): Promise<Party & { gather(): Promise<void> }> {
  const { subject, people, room, stored, encrypted = false, withMemory = false } = plan
  const folder = join(conditions.folder, `${++parties}`)
  mkdirSync(folder)
  if (subject === 'ours') makeSqliteStore(folder, { people: plan.known ?? people, stored })
  const server = await startSubject(subject, { folder, encrypted, withMemory })
  const generator = startGenerator()
  const roster = subject === 'ours' ? join(folder, 'roster.json') : undefined
  return {
    ...{ name: plan.name ?? subject, subject, server, generator },
    gather: () =>
      generator.gather({
        ...{ subject, people, room, encrypted, roster },
        ...{ ports: [server.port], pids: [server.pid], catchesUp: plan.catchesUp ?? true },
      }),
    async stop() {
      await generator.stop()
      await server.stop()
    },
  }
}

/**
 * Everybody's servers and people side by side, then the loads, there and back; the answers are by load, then by
 * party, in the order of the repetitions. A party that fails is missed from then on, and the others go on.
 * `beforeRound`: what is measured beside them, before each repetition.
 */
export async function sideBySide(
  conditions: Conditions,
  plans: readonly PartyPlan[],
  loads: readonly Load[],
  beforeRound: () => Promise<void> = () => Promise.resolve(),
): Promise<ReadonlyMap<string, readonly Measured[]>[]> {
  const { repetitions, say, miss } = conditions
  const opened: Party[] = []
  const failed = new Set<Party>()
  const results = loads.map(() => new Map<string, Measured[]>())
  async function unlessFailed(party: Party, run: () => Promise<void>): Promise<void> {
    if (failed.has(party)) return
    try {
      await run()
    } catch (fault) {
      failed.add(party)
      miss(`${party.name}: ${fault instanceof Error ? fault.message : String(fault)}`)
      // It is not to take the core from the others.
      await party.stop()
    }
  }
  try {
    for (const plan of plans) {
      const party = await openParty(conditions, plan)
      opened.push(party)
      await unlessFailed(party, async () => {
        await party.gather()
        say(`  ${party.name}: ${plan.people} people are in`)
      })
    }
    await delay(REST_MS)
    for (const [turn, party] of thereAndBack(opened, repetitions).entries()) {
      if (turn % opened.length === 0) await beforeRound()
      await unlessFailed(party, async () => {
        for (const [index, load] of loads.entries()) {
          const measured = await party.generator.measure(load)
          const all = results[index]?.get(party.name) ?? []
          results[index]?.set(party.name, [...all, measured])
        }
      })
    }
    if (results.every(({ size }) => size === 0)) throw new Error('nobody could be measured')
    return results
  } finally {
    await Promise.all(opened.map((party) => party.stop()))
  }
}

export function figureOf(all: readonly Measured[], withLatency: boolean): Figure {
  const median = (pick: (one: Measured) => number): number => spreadOf(all.map(pick)).median
  const microseconds = median((one) => one.microseconds)
  return {
    value: spreadOf(all.map(({ value }) => value)),
    microseconds: Number.isNaN(microseconds) ? undefined : microseconds,
    ...(withLatency
      ? { latency: { p50: median(({ p50 }) => p50), p99: median(({ p99 }) => p99) } }
      : {}),
    isGeneratorBound: median(({ generatorShare }) => generatorShare) > GENERATOR_BOUND,
    isScarce: all.some(({ messages }) => messages < ENOUGH),
  }
}

/** The figures of the subjects that were measured. */
export function figuresOf(
  results: ReadonlyMap<string, readonly Measured[]> | undefined,
  withLatency: boolean,
): Partial<Record<Subject, Figure>> {
  return Object.fromEntries(
    [...(results ?? [])].map(([name, all]) => [name, figureOf(all, withLatency)]),
  )
}

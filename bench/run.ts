/**
 * `npm run bench [-- --quick] [--only NAME] [--repetitions N] [--keep]`: how fast our server is beside others, in one
 * run on one machine. RESULTS.md holds what was found, and what is wanted. Ends with 1 when something was not measured.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { constants, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { findProgram } from '../src/testing/services/service-process.ts'
import { comparisonsTable, missingList, tableOf, targetsTable } from './figures/words.ts'
import { machineOf } from './machine.ts'
import { readOptions } from './options.ts'
import { endAllProcesses } from './processes.ts'
import { keepResults } from './results.ts'
import { runWorkloads } from './run-workloads.ts'
import { measureLimits } from './servers/limit-figures.ts'
import { cluster } from './workloads/cluster.ts'
import { fanOuts } from './workloads/fan-out.ts'
import { guide } from './workloads/guide.ts'
import { history } from './workloads/history.ts'
import { idles } from './workloads/idle.ts'
import { reconnects } from './workloads/reconnect.ts'
import { sends } from './workloads/send.ts'
import type { Conditions, Owned, Workload } from './workloads/workload.ts'

const workloads: readonly Workload[] = [
  ...fanOuts,
  ...sends,
  ...reconnects,
  ...idles,
  guide,
  history,
  cluster,
]

const options = readOptions(
  process.argv.slice(2),
  workloads.map(({ name }) => name),
)
if (options.kind === 'refused') {
  process.stderr.write(`${options.why}\n`)
  process.exit(2)
}
const { quick, keep, only, repetitions = quick ? 2 : 5 } = options
const wanted = workloads.filter(
  ({ name }) => only?.some((beginning) => name.startsWith(beginning)) ?? true,
)
const startedAt = performance.now()
const say = (line: string): void => {
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1).padStart(6)
  process.stderr.write(`${seconds} s  ${line}\n`)
}
const folder = mkdtempSync(join(tmpdir(), 'landline-bench-'))
const owned = new Set<Promise<Owned>>()
const conditions: Omit<Conditions, 'miss'> = {
  ...{ quick, repetitions, folder, say },
  ms: quick ? 400 : 800,
  own(starting) {
    owned.add(starting)
    return starting
  },
}

const ending = new AbortController()
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
async function end(signal: (typeof SIGNALS)[number]): Promise<void> {
  // A terminal tells us and whoever started us, who tells us again.
  if (ending.signal.aborted) return
  ending.abort()
  say(`${signal}: everything is put away`)
  endAllProcesses()
  await Promise.allSettled([...owned].map(async (one) => (await one).dispose()))
  rmSync(folder, { recursive: true, force: true })
  process.exit(128 + constants.signals[signal])
}
for (const signal of SIGNALS) process.on(signal, () => void end(signal))

try {
  const machine = machineOf(await measureLimits(folder, quick ? 200 : 500, 1))
  say(machine)
  const isWhole = wanted.length === workloads.length
  const found = await runWorkloads(wanted, conditions, {
    isInstalled: (program) => findProgram(program) !== undefined,
    isEnding: () => ending.signal.aborted,
    keep(soFar) {
      const [load = 0] = loadavg()
      const isToBeKept = isWhole && (keep || !quick) && soFar.rows.length > 0
      const where = `${machine}, ${load.toFixed(1)} after the end`
      keepResults({ ...soFar, quick, machine: where, isToBeKept }, new Date())
    },
  })
  const { rows, comparisons, missing } = found
  const tables = [
    rows.length > 0 ? tableOf(rows) : '',
    targetsTable(rows),
    comparisons.length > 0 ? comparisonsTable(comparisons) : '',
    missingList(missing),
  ].filter((table) => table !== '')
  if (!ending.signal.aborted) {
    process.stdout.write(`\n${machine}\n\n${tables.join('\n\n')}\n`)
    say(missing.length === 0 ? 'done' : 'done, and something was not measured')
    process.exitCode = missing.length === 0 ? 0 : 1
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}

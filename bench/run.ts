/**
 * `npm run bench [-- --quick] [--only NAME] [--repetitions N] [--keep]`: how fast our server is beside others, in one run on one machine. See
 * bench/RESULTS.md for what was found, and design/performance.md for what is wanted.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Comparison, Row } from './figures/rows.ts'
import { comparisonsTable, tableOf, targetsTable } from './figures/words.ts'
import { machineOf } from './machine.ts'
import { keepResults } from './results.ts'
import { cluster } from './workloads/cluster.ts'
import { fanOuts } from './workloads/fan-out.ts'
import { guide } from './workloads/guide.ts'
import { history } from './workloads/history.ts'
import { idles } from './workloads/idle.ts'
import { reconnects } from './workloads/reconnect.ts'
import { limitsOf, sends } from './workloads/send.ts'
import type { Conditions, Workload } from './workloads/workload.ts'

const workloads: readonly Workload[] = [
  ...fanOuts,
  ...sends,
  ...reconnects,
  ...idles,
  guide,
  history,
  cluster,
]

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true },
    repetitions: { type: 'string' },
    // Also the figures of a quick run go into RESULTS.md.
    keep: { type: 'boolean', default: false },
  },
})
const wanted = workloads.filter(
  ({ name }) => values.only?.some((only) => name.startsWith(only)) ?? true,
)
if (wanted.length === 0) {
  process.stderr.write(`--only takes ${workloads.map(({ name }) => name).join(', ')}\n`)
  process.exit(2)
}
const startedAt = performance.now()
const say = (line: string): void => {
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1).padStart(6)
  process.stderr.write(`${seconds} s  ${line}\n`)
}
const folder = mkdtempSync(join(tmpdir(), 'landline-bench-'))
const conditions: Conditions = {
  quick: values.quick,
  repetitions: Number(values.repetitions ?? (values.quick ? 2 : 5)),
  ms: values.quick ? 400 : 1_000,
  ...{ folder, say },
}
const rows: Row[] = []
const comparisons: Comparison[] = []
try {
  const machine = machineOf(limitsOf(conditions))
  say(machine)
  for (const workload of wanted) {
    say(workload.name)
    const found = await workload.run(conditions)
    rows.push(...found.rows)
    comparisons.push(...found.comparisons)
  }
  const tables = [
    rows.length > 0 ? tableOf(rows) : '',
    targetsTable(rows),
    comparisons.length > 0 ? comparisonsTable(comparisons) : '',
  ].filter((table) => table !== '')
  process.stdout.write(`\n${machine}\n\n${tables.join('\n\n')}\n`)
  const isWhole = wanted.length === workloads.length
  const [load = 0] = loadavg()
  keepResults(
    {
      ...{ rows, comparisons, quick: values.quick },
      machine: `${machine}, ${load.toFixed(1)} after the end`,
      isToBeKept: isWhole && (values.keep || !values.quick),
    },
    new Date(),
  )
  say('done')
} finally {
  rmSync(folder, { recursive: true, force: true })
}

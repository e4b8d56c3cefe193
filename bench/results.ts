import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { chartName, chartOf } from './figures/chart.ts'
import { comparisonsTable, missingList, tableOf, targetsTable } from './figures/words.ts'
import { ENOUGH } from './generator/stretch.ts'
import type { Found } from './run-workloads.ts'

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url))
const JSON_FILE = here('results.json')
const MARKDOWN = here('RESULTS.md')
const CHARTS = here('charts')

export interface Results extends Found {
  readonly machine: string
  readonly quick: boolean
  /** In RESULTS.md, with charts. */
  readonly isToBeKept: boolean
}

/** JSON always; RESULTS.md and the charts when they are to be kept. */
export function keepResults(results: Results, date: Date): void {
  writeFileSync(JSON_FILE, `${JSON.stringify(results, null, 2)}\n`)
  if (!results.isToBeKept) return
  // Of rows that are no longer measured nothing is to stay.
  rmSync(CHARTS, { recursive: true, force: true })
  mkdirSync(CHARTS, { recursive: true })
  for (const row of results.rows) writeFileSync(`${CHARTS}/${chartName(row)}`, chartOf(row))
  writeFileSync(MARKDOWN, markdownOf(results, date, notes()))
}

const NOTES = '## Notes'

/** What people wrote about the figures stays when those are taken anew. */
function notes(): string {
  const old = existsSync(MARKDOWN) ? readFileSync(MARKDOWN, 'utf8') : ''
  const at = old.indexOf(NOTES)
  return at === -1 ? `${NOTES}\n` : old.slice(at)
}

/** `kept`: what people wrote below the figures. */
export function markdownOf(results: Results, date: Date, kept: string): string {
  const { rows, comparisons, machine, missing } = results
  return [
    '# What `npm run bench` found',
    `${date.toISOString().slice(0, 10)}${results.quick ? ', a quick run' : ''}. ${machine}.`,
    [
      'Medians, with the slowest and the fastest repetition (where none follow, it was one); where two times follow, p50/p99.',
      '† For more than 90 % of the time the generator ran or waited for its core: the server could have done more. ‡ Fewer than',
      `${ENOUGH} messages were through in a repetition. Server µs: its processor time for each delivery, send or person, ours / ws / sio.`,
      '**ws**: `send(string)` to each socket; **sio**: socket.io with connection state recovery; **sio+FULL**: the same with SQLite, a',
      'synced transaction for each message; **limit**: one `socket.write` for each socket and turn, or rows a second in SQLite alone,',
      'in batches as large as there are writers. Only ours and sio+FULL have stored what they acknowledge. What one',
      'person may write in a time is not limited here: ours runs with its rate limits off, the others have none.',
    ].join('\n'),
    ...(missing.length === 0 ? [] : [missingList(missing)]),
    tableOf(rows),
    '## What is wanted, and what is reached',
    ...(results.quick
      ? ['What is wanted of more people or messages than a quick run has is left out.']
      : []),
    targetsTable(rows),
    '## Ours beside ours',
    comparisonsTable(comparisons),
    '## Charts',
    rows.map((row) => `![${row.workload}](charts/${chartName(row)})`).join('\n'),
    kept,
  ].join('\n\n')
}

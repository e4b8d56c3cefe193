import type { Spread } from './statistics.ts'
import type { Bound, Comparison, Figure, Row, Subject, Target } from './rows.ts'
import { holds, ratioOf, reached } from './rows.ts'

const NAMES: Record<Subject, string> = {
  ours: 'ours',
  ws: 'ws',
  sio: 'sio',
  sioFull: 'sio+FULL',
  limit: 'limit',
}
export const nameOf = (subject: Subject): string => NAMES[subject]

/** Three digits are all that such measurements hold. */
export function short(value: number): string {
  const size = Math.abs(value)
  if (size >= 1_000_000) return `${(value / 1_000_000).toFixed(2)}M`
  if (size >= 100_000) return `${Math.round(value / 1_000)}k`
  if (size >= 10_000) return `${(value / 1_000).toFixed(1)}k`
  if (size >= 1_000) return `${(value / 1_000).toFixed(2)}k`
  if (size >= 100) return `${Math.round(value)}`
  return size >= 10 ? value.toFixed(1) : value.toFixed(2)
}

export const spreadWords = ({ median, min, max, count }: Spread): string =>
  count === 1 ? short(median) : `${short(median)} (${short(min)}–${short(max)})`

const boundWords = (bound: Bound): string =>
  'atLeast' in bound ? `≥ ${bound.atLeast}` : `≤ ${bound.atMost}`

/** What keeps a figure from being the server's: see the words above the table. */
export const marksOf = ({ isGeneratorBound, isScarce = false }: Figure): string =>
  `${isGeneratorBound ? ' †' : ''}${isScarce ? ' ‡' : ''}`

function cell(row: Row, subject: Subject): string {
  const figure = row.figures[subject]
  if (figure === undefined) return '–'
  const latency =
    figure.latency === undefined
      ? ''
      : `, ${short(figure.latency.p50)}/${short(figure.latency.p99)} ms`
  return `${spreadWords(figure.value)}${latency}${marksOf(figure)}`
}

function ratioCell(row: Row, other: Subject): string {
  const ratio = ratioOf(row, other)
  return ratio === undefined ? '–' : `${short(ratio)}x`
}

function microsecondsCell(row: Row): string {
  const cells = (['ours', 'ws', 'sio'] as const).map((subject) => {
    const value = row.figures[subject]?.microseconds
    return value === undefined ? '–' : short(value)
  })
  return cells.every((text) => text === '–') ? '–' : cells.join(' / ')
}

const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`

/** † marks where the generator, not the server, was the limit. Server µs: ours / ws / sio. */
export function tableOf(rows: readonly Row[]): string {
  const head = ['workload', 'ours', 'ws', 'sio', 'sio+FULL', 'limit']
  const ratios = ['ours/ws', 'ours/sio', 'ours/limit', 'server µs/op']
  return [
    line([...head, ...ratios]),
    line([...head, ...ratios].map(() => '---')),
    ...rows.map((row) =>
      line([
        `${row.workload}, ${row.unit}`,
        ...(['ours', 'ws', 'sio', 'sioFull', 'limit'] as const).map((each) => cell(row, each)),
        ...(['ws', 'sio', 'limit'] as const).map((each) => ratioCell(row, each)),
        microsecondsCell(row),
      ]),
    ),
  ].join('\n')
}

export function comparisonsTable(comparisons: readonly Comparison[]): string {
  const head = ['of ours', 'here', 'against', 'ratio', 'wanted']
  return [
    line(head),
    line(head.map(() => '---')),
    ...comparisons.map(({ what, unit, here, against, bound }) => {
      const ratio = here.median / against.value.median
      const verdict =
        bound === undefined
          ? '–'
          : `${boundWords(bound)}x: ${holds(ratio, bound) ? 'reached' : '**missed**'}`
      return line([
        `${what}, ${unit}`,
        spreadWords(here),
        `${spreadWords(against.value)} ${against.name}`,
        `${short(ratio)}x`,
        verdict,
      ])
    }),
  ].join('\n')
}

function targetWords(target: Target, row: Row): string {
  const bound = boundWords(target.bound)
  switch (target.kind) {
    case 'against':
      return `${bound} x ${nameOf(target.other)}`
    case 'value':
      return `${bound} ${row.unit}`
    case 'microseconds':
      return `${bound} µs of the server`
    case 'p50':
      return `p50 ${bound} ms`
  }
}

/** Every target with what was reached; those of which nothing was measured are left out, and the table when none is left. */
export function targetsTable(rows: readonly Row[]): string {
  const head = ['workload', 'wanted', 'reached', '']
  const lines = rows.flatMap((row) =>
    row.targets.flatMap((target) => {
      const value = reached(row, target)
      if (value === undefined) return []
      const verdict = holds(value, target.bound) ? 'reached' : '**missed**'
      return [line([row.workload, targetWords(target, row), short(value), verdict])]
    }),
  )
  return lines.length === 0 ? '' : [line(head), line(head.map(() => '---')), ...lines].join('\n')
}

/** What a run was to measure and did not; '' when it measured everything. */
export function missingList(missing: readonly string[]): string {
  if (missing.length === 0) return ''
  return ['**Not measured in this run:**', '', ...missing.map((one) => `- ${one}`)].join('\n')
}

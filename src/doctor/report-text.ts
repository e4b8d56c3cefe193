import { countOf } from './report.ts'
import type { Check, DoctorReport } from './report.ts'

const MARKS: Readonly<Record<Check['state'], string>> = {
  ok: '✓ ok     ',
  warning: '! warning',
  failed: '✗ failed ',
  skipped: '– skipped',
  running: '… running',
}
/** Below the title, which stands after a mark and a space. */
const INDENT = ' '.repeat(MARKS.ok.length + 2)

/** The report as people paste it into a message: plain text, one block for each group. */
export function reportText(report: DoctorReport): string {
  const lines = [`Landline doctor, ${new Date(report.at).toISOString()}`, summaryOf(report)]
  for (const { title, checks } of report.groups) {
    lines.push('', title)
    for (const check of checks) {
      lines.push(`${MARKS[check.state]}  ${check.title}`)
      if (check.detail !== '') lines.push(`${INDENT}${check.detail}`)
      if (check.fix !== null) lines.push(`${INDENT}Fix: ${check.fix}`)
    }
  }
  return `${lines.join('\n')}\n`
}

export function summaryOf(report: DoctorReport): string {
  const count = (state: Check['state'], one: string, many: string): string[] => {
    const number = countOf(report, state)
    return number === 0 ? [] : [`${number} ${number === 1 ? one : many}`]
  }
  const parts = [
    ...count('failed', 'check failed', 'checks failed'),
    ...count('warning', 'warning', 'warnings'),
    ...count('running', 'check is running', 'checks are running'),
    ...count('ok', 'check passed', 'checks passed'),
    ...count('skipped', 'was skipped', 'were skipped'),
  ]
  return `${parts.join(', ')}.`
}

/** What the doctor finds, as plain values: shown by the window, printed in the terminal, copied as text. */

export type Finding =
  | { readonly state: 'ok' | 'skipped'; readonly detail: string; readonly fix: null }
  /** What is wrong always comes with what to do about it: one sentence a person can follow. */
  | { readonly state: 'warning' | 'failed'; readonly detail: string; readonly fix: string }

export type CheckState = Finding['state']

export type Check = { readonly id: string; readonly title: string } & (
  | Finding
  | { readonly state: 'running'; readonly detail: ''; readonly fix: null }
)

export interface CheckGroup {
  readonly id: string
  readonly title: string
  readonly checks: readonly Check[]
}

export interface DoctorReport {
  /** When it began, milliseconds since 1970. */
  readonly at: number
  readonly running: boolean
  readonly groups: readonly CheckGroup[]
}

export const ok = (detail: string): Finding => ({ state: 'ok', detail, fix: null })
export const skipped = (detail: string): Finding => ({ state: 'skipped', detail, fix: null })
export const warning = (detail: string, fix: string): Finding => ({ state: 'warning', detail, fix })
export const failed = (detail: string, fix: string): Finding => ({ state: 'failed', detail, fix })

export function countOf(report: DoctorReport, state: Check['state']): number {
  return report.groups.reduce(
    (sum, { checks }) => sum + checks.filter((check) => check.state === state).length,
    0,
  )
}

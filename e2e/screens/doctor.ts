import type { Locator, Page } from '@playwright/test'

export interface DoctorDialog {
  readonly dialog: Locator
  readonly summary: Locator
  group(title: string): Locator
  /** One check of a group, by its title. */
  check(group: string, title: string): Locator
  /** Waits until every check has ended. */
  ended(): Promise<void>
  reach(target: string): Promise<void>
  copyReport(): Promise<void>
  close(): Promise<void>
}

export function doctorDialog(page: Page): DoctorDialog {
  const dialog = page.getByRole('dialog', { name: 'Doctor' })
  const summary = dialog.getByRole('status')
  const group = (title: string): Locator => dialog.getByRole('region', { name: title })
  const ended = (): Promise<void> =>
    dialog.getByRole('status').and(page.locator(':not([data-state=running])')).waitFor()
  return {
    dialog,
    summary,
    group,
    check: (where, title) =>
      group(where)
        .getByRole('listitem')
        .filter({ has: page.getByText(title, { exact: true }) }),
    ended,
    async reach(target) {
      await dialog.getByRole('textbox').fill(target)
      await dialog.getByRole('button', { name: 'Check', exact: true }).click()
    },
    async copyReport() {
      await dialog.getByRole('button', { name: 'Copy report' }).click()
      await dialog.getByRole('button', { name: 'Copied' }).waitFor()
    },
    async close() {
      await dialog.getByRole('button', { name: 'Close' }).click()
      await dialog.waitFor({ state: 'hidden' })
    },
  }
}

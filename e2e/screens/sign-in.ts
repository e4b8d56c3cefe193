import type { Locator, Page } from '@playwright/test'
import { workspace } from './workspace.ts'

export interface SignIn {
  readonly dialog: Locator
  readonly field: Locator
  readonly problem: Locator
  /** The dialog that stands there, or the one that the connection bar opens. */
  paste(token: string): Promise<void>
}

export function signIn(page: Page): SignIn {
  const dialog = page.getByRole('dialog', { name: /^Sign in to/ })
  const field = dialog.getByLabel('Access token')
  const open = workspace(page).connection.getByRole('button', { name: /^Paste a/ })
  return {
    dialog,
    field,
    problem: dialog.getByRole('alert'),
    async paste(token) {
      await dialog.or(open).first().waitFor()
      if (!(await dialog.isVisible())) await open.click()
      await field.fill(token)
      await dialog.getByRole('button', { name: 'Sign in' }).click()
    },
  }
}

import type { Locator, Page } from '@playwright/test'

export interface HostDialog {
  readonly dialog: Locator
  start(session: string): Promise<void>
}

/** Asks for the session's name before hosting. */
export function hostDialog(page: Page): HostDialog {
  const dialog = page.getByRole('dialog', { name: 'Host a session on this network' })
  return {
    dialog,
    async start(session) {
      await dialog.getByRole('textbox', { name: 'Session name' }).fill(session)
      await dialog.getByRole('button', { name: 'Host session' }).click()
    },
  }
}

export interface JoinDialog {
  readonly dialog: Locator
  join(invite: string): Promise<void>
}

export function joinDialog(page: Page): JoinDialog {
  const dialog = page.getByRole('dialog', { name: 'Join a session' })
  return {
    dialog,
    async join(invite) {
      await dialog.getByRole('textbox', { name: 'Invite link, code or address' }).fill(invite)
      await dialog.getByRole('button', { name: 'Join', exact: true }).click()
    },
  }
}

export interface HostingPanel {
  readonly dialog: Locator
  person(name: string): Locator
  tab(name: string): Locator
  /** The short code on the host's screen. */
  readonly code: Locator
  /** From the menu beside a person. */
  act(name: string, action: string): Promise<void>
  copyLink(): Promise<void>
  /** Stops after saying who loses the connection. */
  stop(): Promise<void>
  close(): Promise<void>
}

export function hostingPanel(page: Page, session: string): HostingPanel {
  const dialog = page.getByRole('dialog', { name: `Hosting ${session}` })
  return {
    dialog,
    person: (name) => dialog.getByRole('row', { name: new RegExp(name) }),
    tab: (name) => dialog.getByRole('tab', { name }),
    code: dialog.getByText(/^[0-9A-Z]{4}-[0-9A-Z]{4}$/),
    async act(name, action) {
      await dialog.getByRole('button', { name: `Actions for ${name}` }).click()
      await page.getByRole('menuitem', { name: action }).click()
    },
    async copyLink() {
      await dialog.getByRole('button', { name: 'Copy link' }).click()
      await dialog.getByRole('button', { name: 'Copied' }).waitFor()
    },
    async stop() {
      await dialog.getByRole('button', { name: 'Stop hosting' }).click()
      await confirmStop(page, session)
    },
    close: () => dialog.getByRole('button', { name: 'Close' }).click(),
  }
}

export async function confirmStop(page: Page, session: string): Promise<void> {
  const question = page.getByRole('dialog', { name: `Stop hosting ${session}?` })
  await question.getByRole('button', { name: 'Stop hosting' }).click()
  await question.waitFor({ state: 'hidden' })
}

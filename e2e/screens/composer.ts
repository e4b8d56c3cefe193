import type { Locator, Page } from '@playwright/test'

export interface Composer {
  /** The text field of the open room. */
  readonly input: Locator
  /** The same, only when that room is the open one. */
  in(room: string): Locator
  /** Types and presses Enter; resolves when the message is on this computer's disk. */
  send(text: string): Promise<void>
}

export function composer(page: Page): Composer {
  const form = page.getByRole('form', { name: 'Write a message' })
  const input = form.getByRole('textbox')
  return {
    input,
    in: (room) => form.getByRole('textbox', { name: `Message ${room}`, exact: true }),
    async send(text) {
      await input.fill(text)
      await input.press('Enter')
      // The field is emptied when the message is stored, and not before.
      await page.waitForFunction(
        () => document.querySelector<HTMLTextAreaElement>('form textarea')?.value === '',
      )
    },
  }
}

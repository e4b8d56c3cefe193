import type { Locator, Page } from '@playwright/test'

/** How one's own newest message says that the host has it. */
export const DELIVERED = /\bsent\b|seen by \d/

export interface Timeline {
  /** The open room's list of messages. */
  readonly list: Locator
  in(room: string): Locator
  readonly messages: Locator
  message(text: string): Locator
  readonly unreadLine: Locator
  /** Points at the message and chooses from what appears over it. */
  act(text: string, action: 'React' | 'Reply' | 'Edit' | 'Delete'): Promise<void>
  react(text: string, emoji: string): Promise<void>
  edit(text: string, next: string): Promise<void>
  remove(text: string): Promise<void>
  reply(text: string, answer: string): Promise<void>
}

export function timeline(page: Page): Timeline {
  const list = page.getByRole('list', { name: /^Messages in / })
  const messages = list.getByRole('article')
  // By its own words: its text on screen may quote those of another.
  const message = (text: string): Locator => list.getByRole('article', { name: text })
  const input = page.getByRole('form', { name: 'Write a message' }).getByRole('textbox')

  async function act(text: string, action: string): Promise<void> {
    // Moving the pointer first, so that a message that came under it since is noticed.
    await message(text).hover()
    await message(text).getByRole('button', { name: action, exact: true }).click()
  }

  return {
    list,
    in: (room) => page.getByRole('list', { name: `Messages in ${room}`, exact: true }),
    messages,
    message,
    unreadLine: list.getByRole('separator', { name: 'New', exact: true }),
    act,
    async react(text, emoji) {
      await act(text, 'React')
      const picker = page.getByRole('dialog', { name: 'Choose an emoji' })
      await picker.getByRole('button', { name: emoji }).click()
    },
    async edit(text, next) {
      await act(text, 'Edit')
      await input.fill(next)
      await input.press('Enter')
    },
    async remove(text) {
      await act(text, 'Delete')
      const dialog = page.getByRole('dialog', { name: 'Delete this message?' })
      await dialog.getByRole('button', { name: 'Delete', exact: true }).click()
    },
    async reply(text, answer) {
      await act(text, 'Reply')
      await input.fill(answer)
      await input.press('Enter')
    },
  }
}

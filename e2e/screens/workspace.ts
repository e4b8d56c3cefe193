import type { Locator, Page } from '@playwright/test'
import { composer } from './composer.ts'
import type { Composer } from './composer.ts'
import { timeline } from './timeline.ts'
import type { Timeline } from './timeline.ts'

export interface Workspace {
  readonly sidebar: Locator
  readonly sessionName: Locator
  readonly hostingBadge: Locator
  /** Says nothing while online. */
  readonly connection: Locator
  readonly typing: Locator
  readonly details: Locator
  /** The room's row in the sidebar, whatever its unread count. */
  room(name: string): Locator
  /** The person's row among those who are online. */
  online(name: string): Locator
  openRoom(name: string): Promise<void>
  createGroup(
    name: string,
    people: readonly string[],
    options?: { private: boolean },
  ): Promise<void>
  openDirect(people: readonly string[]): Promise<void>
  readonly timeline: Timeline
  readonly composer: Composer
  /** Writes into the open room and sends. */
  say(text: string): Promise<void>
}

/** A row's name begins with the room's; more may follow: «general, 3 unread messages». */
const beginsWith = (name: string): RegExp =>
  new RegExp(`^${name.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}(,|$)`)

export function workspace(page: Page): Workspace {
  const sidebar = page.getByRole('navigation', { name: 'Rooms and people' })
  const rooms = sidebar.getByRole('list', { name: 'Rooms', exact: true })
  const directs = sidebar.getByRole('list', { name: 'Direct messages' })
  const online = sidebar.getByRole('list', { name: 'Online' })
  const room = (name: string): Locator =>
    rooms.or(directs).getByRole('button', { name: beginsWith(name) })
  const write = composer(page)
  const messages = timeline(page)

  async function choose(dialog: Locator, people: readonly string[]): Promise<void> {
    for (const person of people) {
      await dialog.getByRole('checkbox', { name: person, exact: true }).check()
    }
  }

  return {
    sidebar,
    sessionName: sidebar.getByRole('heading', { level: 1 }),
    hostingBadge: sidebar.getByRole('button', { name: /^Hosting/ }),
    connection: page.getByRole('status', { name: 'Connection' }),
    typing: page.getByRole('status', { name: 'Who is typing' }),
    details: page.getByRole('complementary'),
    room,
    online: (name) => online.getByRole('button', { name: beginsWith(name) }),
    async openRoom(name) {
      await room(name).click()
      await messages.in(name).waitFor()
    },
    async createGroup(name, people, options = { private: false }) {
      await sidebar.getByRole('button', { name: 'New group' }).click()
      const dialog = page.getByRole('dialog', { name: 'New group' })
      await dialog.getByRole('textbox', { name: 'Name', exact: true }).fill(name)
      if (options.private) await dialog.getByRole('radio', { name: 'Private' }).check()
      await choose(dialog, people)
      await dialog.getByRole('button', { name: 'Create group' }).click()
      await write.in(name).waitFor()
    },
    async openDirect(people) {
      await sidebar.getByRole('button', { name: 'New direct message' }).click()
      const dialog = page.getByRole('dialog', { name: 'New direct message' })
      await choose(dialog, people)
      await dialog.getByRole('button', { name: 'Start' }).click()
      await dialog.waitFor({ state: 'hidden' })
    },
    timeline: messages,
    composer: write,
    say: (text) => write.send(text),
  }
}

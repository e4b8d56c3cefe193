import type { Locator, Page } from '@playwright/test'

export interface FirstRun {
  readonly heading: Locator
  readonly name: Locator
  readonly sessionName: Locator
  readonly invite: Locator
  readonly joinButton: Locator
  host(person: string, session: string): Promise<void>
  join(person: string, invite: string): Promise<void>
}

export function firstRun(page: Page): FirstRun {
  const name = page.getByRole('textbox', { name: 'Your name' })
  const hostCard = page.getByRole('form', { name: 'Host a session on this network' })
  const joinCard = page.getByRole('form', { name: 'Join a session' })
  const sessionName = hostCard.getByRole('textbox', { name: 'Session name' })
  const invite = joinCard.getByRole('textbox', { name: 'Invite link, code or address' })
  const joinButton = joinCard.getByRole('button', { name: 'Join', exact: true })
  return {
    heading: page.getByRole('heading', { level: 1, name: 'Talk on the network you have' }),
    name,
    sessionName,
    invite,
    joinButton,
    async host(person, session) {
      await name.fill(person)
      await sessionName.fill(session)
      await hostCard.getByRole('button', { name: 'Host session' }).click()
    },
    async join(person, link) {
      await name.fill(person)
      await invite.fill(link)
      await joinButton.click()
    },
  }
}

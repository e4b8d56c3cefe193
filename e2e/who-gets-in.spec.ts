import type { LandlineApp } from './fixtures/landline-app.ts'
import { ask, sessionOf } from './fixtures/bridge.ts'
import { portOf } from './fixtures/invites.ts'
import { hosts, isOnline, joins } from './fixtures/stories.ts'
import type { Host } from './fixtures/stories.ts'
import { expect, test } from './fixtures/test.ts'
import { firstRun } from './screens/first-run.ts'
import { hostingPanel } from './screens/hosting.ts'
import type { HostingPanel } from './screens/hosting.ts'
import { workspace } from './screens/workspace.ts'

/** The panel of the host, opened from the badge. */
async function panelOf(host: Host): Promise<HostingPanel> {
  await host.ui.hostingBadge.click()
  const panel = hostingPanel(host.app.window, 'Field Station')
  await panel.dialog.getByText('Running.').waitFor()
  return panel
}

/** Somebody who knows only where the host is: types the address and is shown what it offers. */
async function looksAt(app: LandlineApp, name: string, host: Host): Promise<void> {
  const screen = firstRun(app.window)
  await screen.name.fill(name)
  await screen.invite.fill(`127.0.0.1:${portOf(host.invite)}`)
  await screen.joinButton.click()
  await app.window.getByRole('region', { name: 'Field Station' }).waitFor()
}

test('[I7] who comes for the first time waits until the host lets them in, and then reads and writes', async ({
  launch,
}) => {
  const [maraApp, samApp] = await Promise.all([launch('mara'), launch('sam')])
  const mara = await hosts(maraApp, 'Mara Holm', 'Field Station')
  const panel = await panelOf(mara)
  await panel.tab('Who gets in').click()
  const approval = panel.dialog.getByRole('switch', { name: 'Let everybody new in myself' })
  await approval.click()
  await expect(approval).toBeChecked()

  await firstRun(samApp.window).join('Sam Adeyemi', mara.invite)
  const sam = workspace(samApp.window)
  await expect(sam.connection).toContainText('Waiting to be let in.')
  await panel.tab('People').click()
  await panel.dialog.getByRole('button', { name: 'Let Sam Adeyemi in' }).click()
  await isOnline(samApp)
  await panel.close()
  await sam.say('Thank you.')
  await expect(mara.ui.timeline.message('Thank you.')).toBeVisible()
})

test('[T8] the address and the code of the host’s screen are enough to come in, under the host’s key', async ({
  launch,
}) => {
  const [maraApp, samApp] = await Promise.all([launch('mara'), launch('sam')])
  const mara = await hosts(maraApp, 'Mara Holm', 'Field Station')
  const panel = await panelOf(mara)
  const code = await panel.code.innerText()
  await panel.close()

  await looksAt(samApp, 'Sam Adeyemi', mara)
  const field = samApp.window.getByRole('textbox', { name: 'Code or invite link' })
  await field.fill(code.slice(0, 2) + (code.endsWith('0') ? '11-1111' : '00-0000'))
  await firstRun(samApp.window).joinButton.click()
  await expect(samApp.window.getByRole('alert')).toBeVisible()
  await field.fill(code.toLowerCase())
  await firstRun(samApp.window).joinButton.click()
  await isOnline(samApp)
  const { keyWords } = await sessionOf(samApp.window)
  expect(keyWords).toEqual((await sessionOf(maraApp.window)).keyWords)
})

test('[T9] a passphrase lets in whoever finds the session and knows it; a wrong one is said so', async ({
  launch,
}) => {
  const [maraApp, samApp] = await Promise.all([launch('mara'), launch('sam')])
  const mara = await hosts(maraApp, 'Mara Holm', 'Field Station')
  const panel = await panelOf(mara)
  await panel.tab('Who gets in').click()
  await panel.dialog.getByRole('textbox', { name: 'New passphrase' }).fill('three blind mice')
  await panel.dialog.getByRole('button', { name: 'Set passphrase' }).click()
  await expect(panel.dialog.getByText('There is a passphrase')).toBeVisible()

  await looksAt(samApp, 'Sam Adeyemi', mara)
  const field = samApp.window.getByLabel('Passphrase')
  await field.fill('three blind rats')
  await field.press('Enter')
  await expect(samApp.window.getByRole('alert')).toBeVisible()
  await field.fill('three blind mice')
  await field.press('Enter')
  await isOnline(samApp)
})

test('[T3] [I3] an open session is joined by confirming its words; a name that is taken is changed', async ({
  launch,
}) => {
  const [maraApp, samApp] = await Promise.all([launch('mara'), launch('sam')])
  const mara = await hosts(maraApp, 'Mara Holm', 'Field Station')
  const { id: session, keyWords } = await sessionOf(maraApp.window)
  await ask(maraApp.window, 'admin.change', { session, change: { access: 'open' } })

  await looksAt(samApp, 'mara  HOLM', mara)
  await expect(samApp.window.getByText((keyWords ?? []).join(' · '))).toBeVisible()
  await samApp.window.getByRole('button', { name: 'The words are the same' }).click()
  const sam = workspace(samApp.window)
  await expect(sam.connection).toContainText('already has your name')
  await samApp.window.getByRole('button', { name: 'Change name' }).click()
  const dialog = samApp.window.getByRole('dialog', { name: 'Your name in Field Station' })
  await dialog.getByRole('textbox', { name: 'Your name' }).fill('Sam Adeyemi')
  await dialog.getByRole('button', { name: 'Use this name' }).click()
  await isOnline(samApp)
  await expect(mara.ui.online('Sam Adeyemi')).toBeVisible()
})

test('[I5] [I6] the host silences, removes and bans; what was written stays, and who is banned stays out', async ({
  launch,
}) => {
  const [maraApp, samApp] = await Promise.all([launch('mara'), launch('sam')])
  const mara = await hosts(maraApp, 'Mara Holm', 'Field Station')
  const sam = await joins(samApp, 'Sam Adeyemi', mara.invite)
  await sam.ui.say('I was here.')
  await expect(mara.ui.timeline.message('I was here.')).toBeVisible()

  const panel = await panelOf(mara)
  await panel.tab('Who gets in').click()
  const readOnly = panel.dialog.getByRole('switch', { name: 'Read-only' })
  await readOnly.click()
  // The switch shows the session as it is: others may know before the host's own window does.
  await expect(readOnly).toBeChecked()
  await expect(samApp.window.getByRole('note')).toContainText('read-only')
  await readOnly.click()
  await expect(samApp.window.getByRole('note')).toHaveCount(0)
  await expect(readOnly).not.toBeChecked()

  await panel.tab('People').click()
  await panel.act('Sam Adeyemi', 'Remove from session…')
  await maraApp.window
    .getByRole('dialog', { name: 'Remove Sam Adeyemi?' })
    .getByRole('button', { name: 'Remove' })
    .click()
  await expect(sam.ui.connection).toContainText('has taken you out of this session')
  await expect(panel.dialog, 'it comes back').toBeVisible()
  await maraApp.window.keyboard.press('Escape')
  await expect(mara.ui.timeline.message('I was here.')).toBeVisible()

  // The old link does not bring them back, a new invite does; banned, they stay out.
  await ask(samApp.window, 'session.join', { invite: mara.invite })
  await expect(sam.ui.connection).toContainText('has taken you out of this session')
  const { id: session } = await sessionOf(maraApp.window)
  const { link } = await ask(maraApp.window, 'admin.create-invite', {
    ...{ session, label: 'Welcome back', role: 'member', lifeMs: 3_600_000, maxUses: 1 },
  })
  await ask(samApp.window, 'session.join', { invite: link })
  await isOnline(samApp)
  await mara.ui.hostingBadge.click()
  await panel.act('Sam Adeyemi', 'Ban…')
  await maraApp.window
    .getByRole('dialog', { name: 'Ban Sam Adeyemi?' })
    .getByRole('button', { name: 'Ban' })
    .click()
  await expect(sam.ui.connection).toContainText('has banned you')
  await samApp.window.getByRole('button', { name: 'Try now' }).click()
  await expect(sam.ui.connection).toContainText('has banned you')

  await panel.tab('Log').click()
  await expect(panel.dialog.getByText('Mara Holm banned Sam Adeyemi')).toBeVisible()
})

test('[I11] a second computer of the same person is linked by a code', async ({ launch }) => {
  const [maraApp, tabletApp] = await Promise.all([launch('mara'), launch('tablet')])
  const mara = await hosts(maraApp, 'Mara Holm', 'Field Station')
  await mara.ui.say('Written on the laptop.')
  await mara.ui.sidebar.getByRole('button', { name: 'Session menu' }).click()
  await maraApp.window.getByRole('menuitem', { name: 'Your devices…' }).click()
  const devices = maraApp.window.getByRole('dialog', { name: 'Your devices' })
  await devices.getByRole('button', { name: 'Make a code' }).click()
  const code = await devices.getByText(/^[0-9A-Z]{4}-[0-9A-Z]{4}$/).innerText()
  await devices.getByRole('button', { name: 'Close' }).click()

  await looksAt(tabletApp, 'Mara Holm', mara)
  await tabletApp.window.getByRole('textbox', { name: 'Code or invite link' }).fill(code)
  await firstRun(tabletApp.window).joinButton.click()
  await isOnline(tabletApp)
  const tablet = workspace(tabletApp.window)
  await expect(tablet.timeline.message('Written on the laptop.')).toBeVisible()
  await tablet.say('And this on the tablet.')
  await expect(mara.ui.timeline.message('And this on the tablet.')).toBeVisible()
  const [one, other] = [await sessionOf(maraApp.window), await sessionOf(tabletApp.window)]
  expect(other.self).toEqual(one.self)
})

import { portOf } from './fixtures/invites.ts'
import { isOnline } from './fixtures/stories.ts'
import { expect, test } from './fixtures/test.ts'
import { firstRun } from './screens/first-run.ts'
import { hostDialog, hostingPanel, joinDialog } from './screens/hosting.ts'
import { workspace } from './screens/workspace.ts'

test('two people who never saw the app talk within half a minute: one hosts from the menu, one pastes the link', async ({
  launch,
}) => {
  const [mara, sam] = await Promise.all([launch('mara'), launch('sam')])
  const startedAt = performance.now()

  await firstRun(mara.window).name.fill('Mara Holm')
  await mara.menu('host')
  await hostDialog(mara.window).start('Field Station')
  const panel = hostingPanel(mara.window, 'Field Station')
  await panel.copyLink()
  const invite = await mara.clipboard()
  expect(portOf(invite)).toBeGreaterThan(0)
  await panel.close()

  await firstRun(sam.window).join('Sam Adeyemi', invite)
  const host = workspace(mara.window)
  const guest = workspace(sam.window)
  await expect(guest.sessionName).toHaveText('Field Station')
  await expect(guest.online('Mara Holm')).toBeVisible()
  await expect(host.online('Sam Adeyemi')).toBeVisible()

  await guest.say('Morning. Generator two is back.')
  await expect(host.timeline.message('Generator two is back')).toBeVisible()
  await host.say('Good. Leaving at 09:30.')
  await expect(guest.timeline.message('Leaving at 09:30')).toBeVisible()
  expect(performance.now() - startedAt).toBeLessThan(30_000)
})

test('the hosting panel shows who is here; stopping says who loses the connection, and hosting again brings them back', async ({
  launch,
}) => {
  const [mara, sam] = await Promise.all([launch('mara'), launch('sam')])
  await firstRun(mara.window).host('Mara Holm', 'Field Station')
  const host = workspace(mara.window)
  const panel = hostingPanel(mara.window, 'Field Station')
  await host.hostingBadge.click()
  await panel.copyLink()
  await firstRun(sam.window).join('Sam Adeyemi', await mara.clipboard())
  const guest = workspace(sam.window)
  await isOnline(sam)

  await expect(panel.person('Mara Holm')).toContainText('this computer')
  await expect(panel.person('Sam Adeyemi')).toBeVisible()

  await panel.dialog.getByRole('button', { name: 'Stop hosting' }).click()
  const question = mara.window.getByRole('dialog', { name: 'Stop hosting Field Station?' })
  await expect(question).toContainText('Sam Adeyemi')
  await expect(question).toContainText('Nothing is lost')
  await question.getByRole('button', { name: 'Stop hosting' }).click()
  await expect(guest.connection).toContainText('Offline.')

  await guest.say('Written while nobody hosts.')
  await expect(guest.connection).toContainText('1 message is queued and will be sent by itself.')

  await host.sidebar.getByRole('button', { name: 'Session menu' }).click()
  await mara.window.getByRole('menuitem', { name: 'Host again…' }).click()
  await expect(panel.dialog).toContainText('Not hosting now.')
  await panel.dialog.getByRole('button', { name: 'Host again' }).click()
  await expect(panel.dialog).toContainText('Running.')
  await panel.close()
  await expect(host.timeline.message('Written while nobody hosts.')).toHaveCount(1)
  await expect(guest.connection).toBeEmpty()
})

test('a link from outside opens the app with the invite filled in, and a broken one is refused with words', async ({
  launch,
}) => {
  const mara = await launch('mara')
  await firstRun(mara.window).host('Mara Holm', 'Field Station')
  await isOnline(mara)
  await mara.menu('join')
  const dialog = joinDialog(mara.window)
  await dialog.join('https://example.org/join')
  await expect(dialog.dialog.getByRole('alert')).toContainText('not an invite')
})

import { filesHold, replicas } from './fixtures/databases.ts'
import { hosts, joins } from './fixtures/stories.ts'
import { expect, test } from './fixtures/test.ts'
import { joinDialog } from './screens/hosting.ts'

test('one person in two sessions at once: each is live, counts apart, and stays after a restart', async ({
  launch,
}) => {
  const [maraApp, timApp, samApp] = await Promise.all([
    launch('mara'),
    launch('tim'),
    launch('sam'),
  ])
  const [mara, tim] = await Promise.all([
    hosts(maraApp, 'Mara Holm', 'Field Station'),
    hosts(timApp, 'Tim Rask', 'Ward 3'),
  ])
  const sam = await joins(samApp, 'Sam Adeyemi', mara.invite)
  await samApp.menu('join')
  await joinDialog(samApp.window).join(tim.invite)
  await expect(sam.ui.sessionName).toHaveText('Ward 3')
  await expect(tim.ui.online('Sam Adeyemi')).toBeVisible()

  const switcher = samApp.window.getByRole('navigation', { name: 'Sessions' })
  await mara.ui.say('Generator two is back.')
  await expect(
    switcher.getByRole('button', { name: 'Field Station, 1 unread message, online' }),
  ).toBeVisible()
  await sam.ui.say('Hello ward.')
  await expect(tim.ui.timeline.message('Hello ward.')).toBeVisible()

  await switcher.getByRole('button', { name: /^Field Station/ }).click()
  await expect(sam.ui.sessionName).toHaveText('Field Station')
  await expect(sam.ui.timeline.message('Generator two is back.')).toBeVisible()
  await expect(sam.ui.timeline.message('Hello ward.')).toHaveCount(0)

  await samApp.kill9()
  const samAgain = await launch('sam')
  const again = samAgain.window.getByRole('navigation', { name: 'Sessions' })
  for (const name of ['Field Station, online', 'Ward 3, online']) {
    await expect(again.getByRole('button', { name })).toBeVisible()
  }
})

test('leaving a session deletes this computer’s copy, and says what would be lost', async ({
  launch,
}) => {
  const [maraApp, samApp] = await Promise.all([launch('mara'), launch('sam')])
  const mara = await hosts(maraApp, 'Mara Holm', 'Field Station')
  const sam = await joins(samApp, 'Sam Adeyemi', mara.invite)
  await mara.ui.say('Something to forget.')
  await expect(sam.ui.timeline.message('Something to forget.')).toBeVisible()
  await maraApp.quit()
  await sam.ui.say('Never sent.')
  expect(filesHold(replicas(samApp.profile), 'Something to forget.')).toBe(true)

  await sam.ui.sidebar.getByRole('button', { name: 'Session menu' }).click()
  await samApp.window.getByRole('menuitem', { name: 'Leave session…' }).click()
  const question = samApp.window.getByRole('dialog', { name: 'Leave Field Station?' })
  await expect(question).toContainText('1 message has not been sent yet and would be lost.')
  await question.getByRole('button', { name: 'Leave session' }).click()
  await samApp.window.getByRole('heading', { name: 'Talk on the network you have' }).waitFor()
  expect(filesHold(replicas(samApp.profile), 'Something to forget.')).toBe(false)
})

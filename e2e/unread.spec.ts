import { sessionOf } from './fixtures/bridge.ts'
import { hosts, joins, returns } from './fixtures/stories.ts'
import { expect, test } from './fixtures/test.ts'

test('[D18] list, session, icon and unread line agree, and reading clears them all', async ({
  launch,
}) => {
  const [maraApp, samApp] = await Promise.all([launch('mara'), launch('sam')])
  const mara = await hosts(maraApp, 'Mara Holm', 'Field Station')
  const sam = await joins(samApp, 'Sam Adeyemi', mara.invite)
  const badge = await samApp.watchBadge()
  await mara.ui.createGroup('logistics', ['Sam Adeyemi'])
  await sam.ui.openRoom('logistics')
  await mara.ui.say('Read this one.')
  await expect(sam.ui.timeline.message('Read this one.')).toBeVisible()
  await expect(mara.ui.timeline.message('Read this one.')).toContainText('seen by 1')

  await sam.ui.openRoom('general')
  for (const text of ['Truck is late.', 'Two hours, they say.', 'Bring the spare battery.']) {
    await mara.ui.say(text)
  }
  await expect(sam.ui.room('logistics')).toHaveAccessibleName('logistics, 3 unread messages')
  await expect.poll(badge).toBe(3)
  expect((await sessionOf(samApp.window)).unread).toBe(3)
  await expect(mara.ui.timeline.message('Bring the spare battery.')).toContainText('sent')
  await expect(mara.ui.timeline.message('Read this one.')).toContainText('seen by 1')

  await sam.ui.openRoom('logistics')
  await expect(sam.ui.timeline.unreadLine).toBeVisible()
  await expect(sam.ui.room('logistics')).toHaveAccessibleName('logistics')
  await expect.poll(badge).toBe(0)
  const seen = mara.ui.timeline.message('Bring the spare battery.')
  await expect(seen).toContainText('seen by 1: Sam Adeyemi')
})

test('[D18] unread counts survive a restart, and a direct message counts apart', async ({
  launch,
}) => {
  const [maraApp, samApp] = await Promise.all([launch('mara'), launch('sam')])
  const mara = await hosts(maraApp, 'Mara Holm', 'Field Station')
  const sam = await joins(samApp, 'Sam Adeyemi', mara.invite)
  await mara.ui.openDirect(['Sam Adeyemi'])
  await mara.ui.say('Can you take the 10:00 check-in?')
  await mara.ui.say('Jun comes with you.')
  await expect(sam.ui.room('Mara Holm')).toHaveAccessibleName(/2 unread messages$/)
  await samApp.kill9()

  const samAgain = await returns(await launch('sam'))
  await expect(samAgain.ui.room('Mara Holm')).toHaveAccessibleName(/2 unread messages$/)
  expect(await sessionOf(samAgain.app.window)).toMatchObject({ unread: 2, unreadDirect: 2 })
  await samAgain.ui.openRoom('Mara Holm')
  await expect(samAgain.ui.timeline.message('Jun comes with you.')).toBeVisible()
  await expect(samAgain.ui.room('Mara Holm')).not.toHaveAccessibleName(/unread/)
})

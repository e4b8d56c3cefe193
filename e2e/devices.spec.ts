import { join } from 'node:path'
import { textsOf } from './fixtures/bridge.ts'
import { makeSecondDevice } from './fixtures/second-device.ts'
import { hosts, isOnline, joins, returns } from './fixtures/stories.ts'
import { expect, test } from './fixtures/test.ts'

test('[D18] what is read on one device is read on the other', async ({ folder, launch }) => {
  const [maraApp, laptopApp] = await Promise.all([launch('mara'), launch('laptop')])
  const mara = await hosts(maraApp, 'Mara Holm', 'Field Station')
  const laptop = await joins(laptopApp, 'Sam Adeyemi', mara.invite)
  await makeSecondDevice(laptopApp, join(folder, 'tablet'))
  const tablet = await returns(await launch('tablet'))
  await isOnline(tablet.app)

  await mara.ui.createGroup('logistics', ['Sam Adeyemi'])
  await mara.ui.say('Truck is late.')
  for (const device of [laptop, tablet]) {
    await expect(device.ui.room('logistics')).toHaveAccessibleName('logistics, 1 unread message')
  }
  await laptop.ui.openRoom('logistics')
  await expect(tablet.ui.room('logistics')).toHaveAccessibleName('logistics')
  await expect(mara.ui.timeline.message('Truck is late.')).toContainText('seen by 1')
})

test('[D5] a message that can never arrive says why and offers a way out; the rest is delivered', async ({
  folder,
  launch,
}) => {
  const [maraApp, laptopApp] = await Promise.all([launch('mara'), launch('laptop')])
  const mara = await hosts(maraApp, 'Mara Holm', 'Field Station')
  const laptop = await joins(laptopApp, 'Sam Adeyemi', mara.invite)
  await mara.ui.createGroup('logistics', ['Sam Adeyemi'])
  await laptop.ui.openRoom('logistics')
  await makeSecondDevice(laptopApp, join(folder, 'tablet'))
  await laptopApp.menu('disconnect')
  await expect(laptop.ui.connection).toContainText('Offline.')
  await laptop.ui.say('Written too late.')

  // Meanwhile the same person leaves the group on another device.
  const tabletProfile = join(folder, 'tablet')
  const tablet = await returns(await launch('tablet', { profileDir: tabletProfile }))
  await isOnline(tablet.app)
  await tablet.ui.openRoom('logistics')
  await tablet.app.window.getByRole('button', { name: 'Room details' }).click()
  await tablet.ui.details.getByRole('button', { name: 'Leave group' }).click()
  await tablet.app.window
    .getByRole('dialog', { name: 'Leave #logistics?' })
    .getByRole('button', { name: 'Leave group' })
    .click()
  await expect(tablet.ui.room('logistics')).toHaveCount(0)

  await laptopApp.menu('connect-now')
  await isOnline(laptopApp)
  await expect(laptopApp.window.getByRole('main')).toContainText('You are no longer in this room.')
  await expect(laptop.ui.composer.in('logistics')).toHaveCount(0)
  const failed = laptop.ui.timeline.message('Written too late.')
  await expect(failed).toContainText('Not sent.')
  for (const name of ['Retry', 'Copy', 'Delete']) {
    await expect(failed.getByRole('button', { name, exact: true })).toBeVisible()
  }
  await laptop.ui.openRoom('general')
  await laptop.ui.say('And this one arrives.')
  await mara.ui.openRoom('general')
  await expect(mara.ui.timeline.message('And this one arrives.')).toBeVisible()
  expect(await textsOf(maraApp.window, 'logistics')).toEqual([])

  await laptop.ui.openRoom('logistics')
  await failed.getByRole('button', { name: 'Delete', exact: true }).click()
  await expect(laptop.ui.room('logistics')).toHaveCount(0)
})

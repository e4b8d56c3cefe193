import { join } from 'node:path'
import { makeSecondDevice } from './fixtures/second-device.ts'
import { hosts, isOnline, joins, returns } from './fixtures/stories.ts'
import { expect, test } from './fixtures/test.ts'

test('[D17] who types is shown, and expires by itself when the person only stops', async ({
  launch,
}) => {
  const [maraApp, samApp] = await Promise.all([launch('mara'), launch('sam')])
  const mara = await hosts(maraApp, 'Mara Holm', 'Field Station')
  const sam = await joins(samApp, 'Sam Adeyemi', mara.invite)

  await sam.ui.composer.input.pressSequentially('Just a mom')
  await expect(mara.ui.typing).toHaveText('Sam Adeyemi is typing…')
  // The text stays in the field; nothing but time takes the words away.
  await expect(mara.ui.typing).toBeEmpty({ timeout: 10_000 })
  await expect(sam.ui.composer.input).toHaveValue('Just a mom')

  await sam.ui.composer.input.pressSequentially('ent')
  await expect(mara.ui.typing).toHaveText('Sam Adeyemi is typing…')
  await sam.ui.composer.input.press('Enter')
  await expect(mara.ui.timeline.message('Just a moment')).toBeVisible()
  await expect(mara.ui.typing).toBeEmpty({ timeout: 1_000 })
})

test('[D17] someone whose app dies is offline after a grace, and online again when they are back', async ({
  launch,
}) => {
  const [maraApp, samApp] = await Promise.all([launch('mara'), launch('sam')])
  const mara = await hosts(maraApp, 'Mara Holm', 'Field Station')
  await joins(samApp, 'Sam Adeyemi', mara.invite)
  await expect(mara.ui.online('Sam Adeyemi')).toBeVisible()

  await samApp.kill9()
  const diedAt = performance.now()
  await expect(mara.ui.online('Sam Adeyemi')).toHaveCount(0)
  // A blip of less than that would not have been shown at all.
  expect(performance.now() - diedAt).toBeGreaterThan(4_000)

  await launch('sam')
  await expect(mara.ui.online('Sam Adeyemi')).toBeVisible()
})

test('[D17] one person with two devices is online once, until the last one is gone', async ({
  folder,
  launch,
}) => {
  const [maraApp, laptop] = await Promise.all([launch('mara'), launch('sam-laptop')])
  const mara = await hosts(maraApp, 'Mara Holm', 'Field Station')
  await joins(laptop, 'Sam Adeyemi', mara.invite)
  await makeSecondDevice(laptop, join(folder, 'sam-tablet'))
  await laptop.quit()

  const [laptopAgain, tablet] = await Promise.all([launch('sam-laptop'), launch('sam-tablet')])
  await Promise.all([isOnline(laptopAgain), isOnline(tablet)])
  await expect(mara.ui.online('Sam Adeyemi')).toHaveCount(1)

  const [first, second] = [await returns(laptopAgain), await returns(tablet)]
  await second.ui.say('From the tablet.')
  await expect(first.ui.timeline.message('From the tablet.')).toBeVisible()

  await laptopAgain.kill9()
  // Typing expires 5 s after this, on the clock that would announce a wrong «offline» before that.
  await second.ui.composer.input.pressSequentially('Hm')
  await expect(mara.ui.typing).toHaveText('Sam Adeyemi is typing…')
  await expect(mara.ui.typing).toBeEmpty({ timeout: 10_000 })
  await expect(mara.ui.online('Sam Adeyemi')).toHaveCount(1)

  await tablet.kill9()
  await expect(mara.ui.online('Sam Adeyemi')).toHaveCount(0)
})

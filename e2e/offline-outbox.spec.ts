import { textsOf } from './fixtures/bridge.ts'
import { hosts, isOnline, joins, returns } from './fixtures/stories.ts'
import { expect, test } from './fixtures/test.ts'

const GROUPS = ['survey-north', 'logistics', 'night-watch', 'kitchen']
const ROOMS = ['general', ...GROUPS]
const EACH = 20

test('[D1][D2][D4] 100 messages in 5 rooms, written while the host is away, survive kill -9 and arrive once, in order, with no click', async ({
  launch,
}) => {
  test.slow()
  const [maraApp, samApp] = await Promise.all([launch('mara'), launch('sam')])
  const mara = await hosts(maraApp, 'Mara Holm', 'Field Station')
  const sam = await joins(samApp, 'Sam Adeyemi', mara.invite)
  for (const group of GROUPS) await mara.ui.createGroup(group, ['Sam Adeyemi'])
  for (const group of GROUPS) await expect(sam.ui.room(group)).toBeVisible()

  await maraApp.quit()
  await expect(sam.ui.connection).toContainText('Offline.')

  const written = new Map<string, string[]>()
  for (const room of ROOMS) {
    await sam.ui.openRoom(room)
    const texts = Array.from({ length: EACH }, (_, n) => `${room} ${n + 1} of ${EACH}`)
    for (const text of texts) await sam.ui.say(text)
    written.set(room, texts)
    await expect(sam.ui.timeline.messages.last()).toContainText('queued')
  }
  await expect(sam.ui.connection).toContainText(
    '100 messages are queued and will be sent by themselves.',
  )
  await samApp.kill9()

  const samAgain = await returns(await launch('sam'))
  await expect(samAgain.ui.connection).toContainText('Offline.')
  await expect(samAgain.ui.connection).toContainText('100 messages are queued')

  // From here on nobody touches anything but the start of the host's app.
  const maraAgain = await returns(await launch('mara'))
  await expect(samAgain.ui.connection).toBeEmpty({ timeout: 45_000 })
  await isOnline(samAgain.app)

  for (const [room, texts] of written) {
    await expect
      .poll(() => textsOf(maraAgain.app.window, room), `${room} at the host`)
      .toEqual(texts)
    await expect
      .poll(() => textsOf(samAgain.app.window, room), `${room} at the writer`)
      .toEqual(texts)
  }
  for (const room of GROUPS) {
    await expect(maraAgain.ui.room(room)).toHaveAccessibleName(`${room}, ${EACH} unread messages`)
  }
  await maraAgain.ui.openRoom('kitchen')
  await expect(maraAgain.ui.timeline.message(`kitchen ${EACH} of ${EACH}`)).toBeVisible()
})

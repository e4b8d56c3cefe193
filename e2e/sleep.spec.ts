import { textsOf } from './fixtures/bridge.ts'
import { inviteVia } from './fixtures/invites.ts'
import { hosts, joins } from './fixtures/stories.ts'
import { expect, test } from './fixtures/test.ts'
import { DELIVERED } from './screens/timeline.ts'

test('[D13] after sleep the socket still says it is open: what was missed is on screen within 3 s', async ({
  launch,
  proxyTo,
}) => {
  const [maraApp, samApp] = await Promise.all([launch('mara'), launch('sam')])
  const mara = await hosts(maraApp, 'Mara Holm', 'Field Station')
  const line = await proxyTo(mara)
  const sam = await joins(samApp, 'Sam Adeyemi', inviteVia(mara.invite, line.address))

  await samApp.suspend()
  line.freeze()
  const missed = ['Wind is up.', 'We stop at marker 14.', 'Back before noon.']
  for (const text of missed) await mara.ui.say(text)
  await expect(mara.ui.timeline.message('Back before noon.')).toContainText(DELIVERED)
  // Nothing has told Sam's app: without the wake-up it would find out in 40 s.
  expect(await textsOf(samApp.window, 'general')).toEqual([])

  await samApp.resume()
  const awakeAt = performance.now()
  // Looks at every frame; an assertion would look less and less often and round the time up.
  await sam.ui.timeline.message('Back before noon.').waitFor()
  expect(performance.now() - awakeAt).toBeLessThan(3_000)
  expect(await textsOf(samApp.window, 'general')).toEqual(missed)
  expect(line.connections, 'the dead connection was replaced').toBe(2)
})

test('[D13] what is written into a dead socket is not lost when the computer wakes', async ({
  launch,
  proxyTo,
}) => {
  const [maraApp, samApp] = await Promise.all([launch('mara'), launch('sam')])
  const mara = await hosts(maraApp, 'Mara Holm', 'Field Station')
  const line = await proxyTo(mara)
  const sam = await joins(samApp, 'Sam Adeyemi', inviteVia(mara.invite, line.address))

  line.freeze()
  await sam.ui.say('Said into the void.')
  await samApp.suspend()
  await samApp.resume()
  await expect(mara.ui.timeline.message('Said into the void.')).toHaveCount(1)
  await expect(sam.ui.timeline.message('Said into the void.')).toContainText(DELIVERED)
  expect(await textsOf(maraApp.window, 'general')).toEqual(['Said into the void.'])
})

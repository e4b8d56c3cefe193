import { filesHold, replicas, served } from './fixtures/databases.ts'
import { inviteVia } from './fixtures/invites.ts'
import { hosts, joins } from './fixtures/stories.ts'
import { expect, test } from './fixtures/test.ts'

test('both ways: write, edit, delete, react and reply, and everyone sees the same', async ({
  launch,
}) => {
  const [maraApp, samApp] = await Promise.all([launch('mara'), launch('sam')])
  const mara = await hosts(maraApp, 'Mara Holm', 'Field Station')
  const sam = await joins(samApp, 'Sam Adeyemi', mara.invite)

  await mara.ui.say('Ridge transect is done up to marker 14.')
  await sam.ui.timeline.react('marker 14', '👍')
  await expect(
    mara.ui.timeline.message('marker 14').getByRole('button', { name: '👍 Sam Adeyemi' }),
  ).toHaveText(/1/)
  await mara.ui.timeline.message('marker 14').getByRole('button', { name: /^👍/ }).click()
  await expect(
    sam.ui.timeline.message('marker 14').getByRole('button', { name: /^👍 .*Mara Holm/ }),
  ).toHaveText(/2/)

  await sam.ui.timeline.reply('marker 14', 'Got it, I rerun the baseline.')
  const answer = mara.ui.timeline.message('I rerun the baseline')
  await expect(answer.getByRole('button', { name: /^In reply to Mara Holm/ })).toBeVisible()

  await sam.ui.timeline.edit('I rerun the baseline', 'Got it, I rerun it with `--window 6h`.')
  await expect(mara.ui.timeline.message('--window 6h')).toContainText('(edited)')
  await expect(mara.ui.timeline.message('I rerun the baseline')).toHaveCount(0)

  await sam.ui.say('Wrong room, sorry.')
  await expect(mara.ui.timeline.message('Wrong room')).toBeVisible()
  await sam.ui.timeline.remove('Wrong room')
  await expect(mara.ui.timeline.message('Wrong room')).toHaveCount(0)
  await expect(mara.ui.timeline.message('Message deleted')).toHaveCount(1)
  await expect(sam.ui.timeline.message('Message deleted')).toHaveCount(1)
})

test('[D6] a third person gets nothing of a private group or a direct message: not on screen, not on the wire, not on disk', async ({
  launch,
  proxyTo,
}) => {
  const [maraApp, samApp, timApp] = await Promise.all([
    launch('mara'),
    launch('sam'),
    launch('tim'),
  ])
  const mara = await hosts(maraApp, 'Mara Holm', 'Field Station')
  const [samLine, timLine] = await Promise.all([proxyTo(mara), proxyTo(mara)])
  const sam = await joins(samApp, 'Sam Adeyemi', inviteVia(mara.invite, samLine.address))
  const tim = await joins(timApp, 'Tim Other', inviteVia(mara.invite, timLine.address))
  await expect(mara.ui.online('Tim Other')).toBeVisible()

  await mara.ui.createGroup('night-watch', ['Sam Adeyemi'], { private: true })
  await mara.ui.say('the safe is behind the map')
  await sam.ui.openRoom('night-watch')
  await expect(sam.ui.timeline.message('the safe is behind the map')).toBeVisible()
  await sam.ui.say('a dark word from sam')
  await sam.ui.timeline.edit('a dark word from sam', 'a corrected word from sam')
  await expect(mara.ui.timeline.message('a corrected word from sam')).toBeVisible()

  await mara.ui.openDirect(['Sam Adeyemi'])
  await mara.ui.say('only between the two of us')
  await sam.ui.openRoom('Mara Holm')
  await expect(sam.ui.timeline.message('only between the two of us')).toBeVisible()

  // What everyone may read comes last and arrives last: whatever leaked before it would be there by now.
  await mara.ui.openRoom('general')
  await mara.ui.say('for all to read')
  await expect(tim.ui.timeline.message('for all to read')).toBeVisible()

  const secrets = [
    'night-watch',
    'the safe is behind the map',
    'a dark word from sam',
    'a corrected word from sam',
    'only between the two of us',
  ]
  for (const secret of secrets) {
    expect(timLine.heard('down'), `${secret} on the wire`).not.toContain(secret)
    expect(filesHold(replicas(timApp.profile), secret), `${secret} on disk`).toBe(false)
  }
  await expect(tim.ui.room('night-watch')).toHaveCount(0)
  await expect(tim.ui.room('Mara Holm')).toHaveCount(0)
  // The same questions find what is there, so a «no» above means something.
  expect(timLine.heard('down')).toContain('for all to read')
  expect(filesHold(replicas(timApp.profile), 'for all to read')).toBe(true)
  expect(samLine.heard('down')).toContain('the safe is behind the map')
  expect(filesHold(replicas(samApp.profile), 'only between the two of us')).toBe(true)
  expect(filesHold(served(maraApp.profile), 'the safe is behind the map')).toBe(true)
})

test('a public group is found and joined, and joining brings its history', async ({ launch }) => {
  const [maraApp, samApp] = await Promise.all([launch('mara'), launch('sam')])
  const mara = await hosts(maraApp, 'Mara Holm', 'Field Station')
  const sam = await joins(samApp, 'Sam Adeyemi', mara.invite)
  await mara.ui.createGroup('logistics', [])
  await mara.ui.say('Truck leaves at noon.')

  await sam.ui.sidebar.getByRole('button', { name: 'Browse groups' }).click()
  const browse = samApp.window.getByRole('dialog', { name: 'Browse groups' })
  await browse.getByRole('button', { name: 'Join logistics' }).click()
  await sam.ui.composer.in('logistics').waitFor()
  await expect(sam.ui.timeline.message('Truck leaves at noon.')).toBeVisible()
  await expect(mara.ui.timeline.list).toContainText('Sam Adeyemi joined')
})

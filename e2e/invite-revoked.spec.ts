import { ask, sessionOf } from './fixtures/bridge.ts'
import { hosts, isOnline, joins } from './fixtures/stories.ts'
import { expect, test } from './fixtures/test.ts'
import { firstRun } from './screens/first-run.ts'
import { workspace } from './screens/workspace.ts'

test('[I4] [D16] a link that was taken back lets nobody in, the host has another one at once; a host who stops says so', async ({
  launch,
}) => {
  const [maraApp, samApp, timApp] = await Promise.all([
    launch('mara'),
    launch('sam'),
    launch('tim'),
  ])
  const mara = await hosts(maraApp, 'Mara Holm', 'Field Station')
  const { id: session } = await sessionOf(maraApp.window)
  const view = await ask(maraApp.window, 'admin.watch', { session, active: true })
  const [first] = view?.invites ?? []
  if (first === undefined) throw new Error('the session has no invite')
  await ask(maraApp.window, 'admin.revoke-invite', { session, invite: first.id })
  const linkNow = async () => (await ask(maraApp.window, 'session.hosting', { session })).invite
  await expect.poll(linkNow).not.toBe(mara.invite)

  await firstRun(timApp.window).join('Tim Roe', mara.invite)
  await expect(workspace(timApp.window).connection).toContainText('taken this invite back')
  const sam = await joins(samApp, 'Sam Adeyemi', await linkNow())
  await isOnline(samApp)

  await ask(maraApp.window, 'session.stop-hosting', { session })
  await expect(sam.ui.connection).toContainText('The host stopped this session.')
})

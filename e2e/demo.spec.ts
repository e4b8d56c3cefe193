import { familyOf, isAlive } from './fixtures/processes.ts'
import { expect, test } from './fixtures/test.ts'
import { workspace } from './screens/workspace.ts'

test('the demonstration hosts a lively session and opens a second person’s window; quitting ends both', async ({
  launch,
}) => {
  const app = await launch('demo', { args: ['--demo'] })
  const ui = workspace(app.window)
  await expect(ui.sessionName).toHaveText('Field Station')
  for (const room of ['general', 'survey-north', 'logistics', 'night-watch']) {
    await expect(ui.room(room)).toBeVisible()
  }
  await expect(ui.online('Sam Adeyemi')).toBeVisible()
  await ui.openRoom('survey-north')
  await expect(ui.timeline.message('Ridge transect is done')).toBeVisible()

  const { pid } = app.electron.process()
  const family = await familyOf(pid ?? 0)
  await app.quit()
  await expect.poll(() => family.filter(isAlive)).toEqual([])
})

import { join } from 'node:path'
import { textsOf } from './fixtures/bridge.ts'
import { serve } from './fixtures/headless.ts'
import type { Headless } from './fixtures/headless.ts'
import { isOnline, joins } from './fixtures/stories.ts'
import { expect, test } from './fixtures/test.ts'

test('[D16] two apps talk over the headless server; SIGTERM drains it, and a restart carries on where it was', async ({
  folder,
  launch,
}) => {
  const data = join(folder, 'server')
  const first = await serve(data)
  let second: Headless | undefined
  try {
    const [maraApp, samApp] = await Promise.all([launch('mara'), launch('sam')])
    const mara = await joins(maraApp, 'Mara Holm', first.invite)
    const sam = await joins(samApp, 'Sam Adeyemi', first.invite)
    await mara.ui.say('before the restart')
    await expect(sam.ui.timeline.message('before the restart')).toBeVisible()

    const askedAt = performance.now()
    expect(await first.stop()).toBe(0)
    expect(performance.now() - askedAt).toBeLessThan(10_000)
    expect(first.stdout, 'stdout holds that one line and nothing else').toHaveLength(1)
    await sam.ui.say('between the runs')
    await expect(sam.ui.connection).toContainText('1 message is queued')

    second = await serve(data, { port: Number(new URL(first.url).port) })
    await expect(mara.ui.timeline.message('between the runs')).toBeVisible({ timeout: 30_000 })
    await Promise.all([isOnline(maraApp), isOnline(samApp)])
    for (const app of [maraApp, samApp]) {
      expect(await textsOf(app.window, 'general')).toEqual([
        'before the restart',
        'between the runs',
      ])
    }
  } finally {
    await first.end()
    await second?.end()
  }
})

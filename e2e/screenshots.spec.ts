import { mkdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { ask, sessionOf } from './fixtures/bridge.ts'
import type { LandlineApp } from './fixtures/landline-app.ts'
import { comesAnewBy, organisation } from './fixtures/organisation.ts'
import { playSampleStation } from './fixtures/sample-station.ts'
import { hosts, joins } from './fixtures/stories.ts'
import { expect, test } from './fixtures/test.ts'
import { firstRun } from './screens/first-run.ts'
import { hostingPanel } from './screens/hosting.ts'
import { signIn } from './screens/sign-in.ts'
import { DELIVERED } from './screens/timeline.ts'
import { workspace } from './screens/workspace.ts'

const folder = resolve(import.meta.dirname, '..', 'docs', 'screenshots')
const keep = process.env['LANDLINE_SCREENSHOTS'] === '1'
const SIZE = { width: 1_280, height: 800 }
const MAX_BYTES = 300_000

async function frame(app: LandlineApp): Promise<void> {
  await app.window.emulateMedia({ reducedMotion: 'reduce' })
  await app.electron.evaluate(({ BrowserWindow }, { width, height }) => {
    const [window] = BrowserWindow.getAllWindows()
    window?.setContentSize(width, height)
  }, SIZE)
  await app.window.waitForFunction(
    ({ width, height }) => innerWidth === width && innerHeight === height,
    SIZE,
  )
}

/** Takes the screen in both themes; `npm run test:e2e` only looks at the pictures, LANDLINE_SCREENSHOTS=1 keeps them. */
async function picture(app: LandlineApp, name: string): Promise<void> {
  for (const theme of ['light', 'dark'] as const) {
    await ask(app.window, 'app.set-theme', { theme })
    await app.window.waitForFunction(
      (wanted) => document.documentElement.dataset['theme'] === wanted,
      theme,
    )
    await app.window.evaluate(() => document.fonts.ready.then(() => undefined))
    await atRest(app)
    const image = await app.window.screenshot({ caret: 'hide', scale: 'css' })
    const seen = await look(app, image)
    expect(seen.size, `${name} ${theme}`).toEqual(SIZE)
    expect(seen.colours, `${name} ${theme} is not blank`).toBeGreaterThan(100)
    expect(image.length, `${name} ${theme} is small enough for a repository`).toBeLessThan(
      MAX_BYTES,
    )
    if (!keep) continue
    await mkdir(folder, { recursive: true })
    await writeFile(join(folder, `${name}-${theme}.png`), image)
  }
}

/** Some things are shown a moment late, so that nothing flickers; what turns for ever is not waited for. */
async function atRest(app: LandlineApp): Promise<void> {
  await app.window.evaluate(async () => {
    const ends = document
      .getAnimations()
      .filter(({ effect }) => Number.isFinite(effect?.getComputedTiming().endTime))
    // One that is cancelled has ended as well.
    await Promise.allSettled(ends.map(({ finished }) => finished))
  })
}

function look(app: LandlineApp, image: Buffer) {
  return app.electron.evaluate(({ nativeImage }, data) => {
    const decoded = nativeImage.createFromDataURL(`data:image/png;base64,${data}`)
    const pixels = new Uint32Array(new Uint8Array(decoded.toBitmap()).buffer)
    return { size: decoded.getSize(), colours: new Set(pixels).size }
  }, image.toString('base64'))
}

test('first run, chat, hosting and offline look as they are meant to, in light and dark', async ({
  launch,
  folder: temporary,
}) => {
  test.slow()
  const [maraApp, samApp] = await Promise.all([launch('mara'), launch('sam')])
  await Promise.all([frame(maraApp), frame(samApp)])

  const first = firstRun(maraApp.window)
  await first.name.fill('Mara Holm')
  await first.sessionName.fill('Field Station')
  await picture(maraApp, 'first-run')

  const mara = await hosts(maraApp, 'Mara Holm', 'Field Station')
  const sam = await joins(samApp, 'Sam Adeyemi', mara.invite)
  const station = await playSampleStation({
    invite: mara.invite,
    folder: temporary,
    host: maraApp,
    guest: samApp,
  })

  await mara.ui.openRoom('survey-north')
  await expect(mara.ui.timeline.message('Leaving at 09:30')).toBeVisible()
  await sam.ui.openRoom('survey-north')
  await expect(mara.ui.timeline.message('Leaving at 09:30')).toContainText('seen by')
  await sam.ui.composer.input.pressSequentially('I take over the radio')
  await expect(mara.ui.typing).not.toBeEmpty()
  await mara.ui.timeline.message('calibrate --station').hover()
  await picture(maraApp, 'chat')

  await maraApp.menu('hosting-panel')
  const panel = hostingPanel(maraApp.window, 'Field Station')
  await expect(panel.person('Jun Li')).toBeVisible()
  await expect(panel.dialog.getByText(/\d ms/).first()).toBeVisible()
  // The charts draw one point a second: a minute of small talk makes them worth looking at.
  const { id: session } = await sessionOf(maraApp.window)
  const samples = async (): Promise<number> => {
    await station.chat()
    return (await ask(maraApp.window, 'session.hosting', { session })).samples.length
  }
  if (keep) {
    test.setTimeout(240_000)
    await expect.poll(samples, { timeout: 70_000, intervals: [500, 300, 900] }).toBe(60)
  }
  await picture(maraApp, 'hosting')

  station.stop()
  await maraApp.quit()
  await sam.ui.composer.input.fill('')
  for (const text of [
    'I take over the radio at ten.',
    'Radio channel 4 as usual.',
    'Call if the wind turns.',
  ]) {
    await sam.ui.say(text)
  }
  await expect(sam.ui.connection).toContainText('3 messages are queued')
  // After a moment nobody is shown as online any more: this computer cannot know.
  await expect(sam.ui.online('Jun Li')).toHaveCount(0)
  await samApp.window.mouse.move(640, 5)
  await picture(samApp, 'offline')
})

test('signing in and being signed out look as they are meant to, in light and dark', async ({
  launch,
  folder: temporary,
}) => {
  const server = await organisation(temporary)
  try {
    const app = await launch('mara')
    await frame(app)
    const asked = signIn(app.window)
    await firstRun(app.window).join('Mara Holm', server.invite)
    await asked.dialog.waitFor()
    await asked.paste(await server.tokenFor('mara', -5))
    await expect(asked.problem).toBeVisible()
    await picture(app, 'sign-in')

    await asked.paste(await server.tokenFor('mara', 3_600))
    const ui = workspace(app.window)
    await ui.room('general').waitFor()
    await ui.say('Shift report is in the usual place.')
    await expect(ui.timeline.message('Shift report')).toContainText(DELIVERED)
    await comesAnewBy(app, await server.tokenFor('mara', 3))
    await expect(ui.connection).toContainText('Your sign-in has ended.')
    await ui.say('Generator two is back.')
    await ui.say('I take the night.')
    await expect(ui.timeline.message('I take the night.')).toContainText('queued')
    await picture(app, 'signed-out')
  } finally {
    await server.end()
  }
})

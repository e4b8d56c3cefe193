import type { Page } from '@playwright/test'
import { ask } from './fixtures/bridge.ts'
import { expect, test } from './fixtures/test.ts'

/** What the page is given when it asks for a camera or a microphone. */
function askFor(page: Page, wanted: { readonly video?: true; readonly audio?: true }) {
  return page.evaluate(async (constraints) => {
    try {
      const stream = await navigator.mediaDevices.getUserMedia(constraints)
      for (const track of stream.getTracks()) track.stop()
      return 'given'
    } catch (error) {
      return error instanceof Error ? error.name : 'refused'
    }
  }, wanted)
}

test('a window may use the camera only while it scans an invite, and never the microphone', async ({
  launch,
}) => {
  const app = await launch('sam', { args: ['--use-fake-device-for-media-stream'] })
  const page = app.window
  expect(await askFor(page, { video: true })).toBe('NotAllowedError')
  await ask(page, 'join.scan', { active: true })
  expect(await askFor(page, { video: true })).toBe('given')
  expect(await askFor(page, { audio: true })).toBe('NotAllowedError')
  expect(await askFor(page, { video: true, audio: true })).toBe('NotAllowedError')
  await ask(page, 'join.scan', { active: false })
  expect(await askFor(page, { video: true })).toBe('NotAllowedError')

  // What a page has asked for ends with it, as where its window is closed.
  await ask(page, 'join.scan', { active: true })
  await page.reload()
  expect(await askFor(page, { video: true })).toBe('NotAllowedError')
})

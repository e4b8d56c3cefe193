import type { Page } from '@playwright/test'
import { ask, roomNamed, sessionOf, textsOf, timelineOf } from './fixtures/bridge.ts'
import { killTree } from './fixtures/processes.ts'
import { hosts, isOnline, joins, returns } from './fixtures/stories.ts'
import { expect, test } from './fixtures/test.ts'

/** Writes one message after the other without a pause until it is told to stop, as fast as the disk takes them. */
async function startBurst(page: Page, most: number): Promise<{ stop(): Promise<number> }> {
  const { id: session } = await sessionOf(page)
  const { id: room } = await roomNamed(page, 'general')
  await page.evaluate(
    ({ target, limit }) => {
      const { landline } = globalThis as unknown as {
        landline: { invoke(name: string, args: unknown): Promise<{ ok: boolean }> }
      }
      const burst = { written: 0, stopped: false, ended: Promise.resolve() }
      burst.ended = (async () => {
        while (!burst.stopped && burst.written < limit) {
          const text = `burst ${burst.written + 1}`
          const result = await landline.invoke('message.send', { ...target, text })
          if (!result.ok) throw new Error(`${text} was not taken`)
          burst.written += 1
        }
      })()
      Object.assign(globalThis, { burst })
    },
    { target: { session, room }, limit: most },
  )
  return {
    stop: () =>
      page.evaluate(async () => {
        const { burst } = globalThis as unknown as {
          burst: { written: number; stopped: boolean; ended: Promise<void> }
        }
        burst.stopped = true
        await burst.ended
        return burst.written
      }),
  }
}

const numbered = (count: number): string[] =>
  Array.from({ length: count }, (_, n) => `burst ${n + 1}`)

/** Every number of the log once, none missing (D6), as this device has it. */
async function expectNoGaps(page: Page): Promise<void> {
  const { id } = await sessionOf(page)
  const room = await roomNamed(page, 'general')
  const seqs = (await timelineOf(page, id, room.id)).map((item) => item.seq)
  expect(seqs).toEqual(Array.from({ length: room.headSeq }, (_, n) => n + 1))
}

test('[D3][D4] the host is killed in the middle of a burst and comes back by itself: nothing lost, nothing doubled', async ({
  launch,
}) => {
  test.slow()
  const [maraApp, samApp] = await Promise.all([launch('mara'), launch('sam')])
  const mara = await hosts(maraApp, 'Mara Holm', 'Field Station')
  const sam = await joins(samApp, 'Sam Adeyemi', mara.invite)

  const burst = await startBurst(samApp.window, 400)
  await expect
    .poll(async () => (await textsOf(maraApp.window, 'general')).length, { intervals: [20] })
    .toBeGreaterThan(20)
  await maraApp.kill9()
  await expect(sam.ui.connection).toContainText(/queued/)
  const written = await burst.stop()
  const unsent = (await ask(samApp.window, 'app.state', {})).sessions[0]?.queued ?? 0
  expect(unsent, 'the crash must come before the end of the burst').toBeGreaterThan(0)

  const maraAgain = await returns(await launch('mara'))
  await expect(maraAgain.ui.hostingBadge).toBeVisible()
  await expect(sam.ui.connection).toBeEmpty({ timeout: 45_000 })
  for (const app of [samApp, maraAgain.app]) {
    await expect.poll(() => textsOf(app.window, 'general')).toEqual(numbered(written))
    await expectNoGaps(app.window)
  }
})

test('[D11] the server process alone crashes: it is back within seconds with its data, and nobody has to do anything', async ({
  launch,
}) => {
  const [maraApp, samApp] = await Promise.all([launch('mara'), launch('sam')])
  const mara = await hosts(maraApp, 'Mara Holm', 'Field Station')
  const sam = await joins(samApp, 'Sam Adeyemi', mara.invite)
  await mara.ui.say('before the crash')
  await expect(sam.ui.timeline.message('before the crash')).toBeVisible()

  const crashed = await maraApp.serverPid()
  await killTree(crashed)
  await sam.ui.say('during the crash')
  await expect(mara.ui.timeline.message('during the crash')).toBeVisible()
  expect(await maraApp.serverPid()).not.toBe(crashed)
  await Promise.all([isOnline(maraApp), isOnline(samApp)])
  await mara.ui.say('after the crash')
  await expect(sam.ui.timeline.message('after the crash')).toBeVisible()

  const said = ['before the crash', 'during the crash', 'after the crash']
  for (const app of [maraApp, samApp]) {
    expect(await textsOf(app.window, 'general')).toEqual(said)
    await expectNoGaps(app.window)
  }
  expect(maraApp.electron.process().exitCode).toBeNull()
})

import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import { fingerprintWords } from '../src/protocol/fingerprint.ts'
import { ask } from './fixtures/bridge.ts'
import { readInvite } from './fixtures/invites.ts'
import type { LandlineApp } from './fixtures/landline-app.ts'
import { hosts, joins } from './fixtures/stories.ts'
import { expect, test } from './fixtures/test.ts'
import { doctorDialog } from './screens/doctor.ts'

const pictures = resolve(import.meta.dirname, '..', 'docs', 'screenshots')
const keep = process.env['LANDLINE_SCREENSHOTS'] === '1'

/** No violation of WCAG or good practice in either theme; keeps the pictures where they are wanted. */
async function expectAccessible(app: LandlineApp): Promise<void> {
  const page = app.window
  await page.emulateMedia({ reducedMotion: 'reduce' })
  await app.electron.evaluate(({ BrowserWindow }) => {
    BrowserWindow.getAllWindows()[0]?.setContentSize(1_280, 800)
  })
  await page.waitForFunction(() => innerWidth === 1_280 && innerHeight === 800)
  for (const theme of ['light', 'dark'] as const) {
    await ask(page, 'app.set-theme', { theme })
    await page.waitForFunction((name) => document.documentElement.dataset['theme'] === name, theme)
    // Electron opens no second page, which the newer way of running axe would need.
    const { violations } = await new AxeBuilder({ page })
      .setLegacyMode(true)
      .exclude('[data-base-ui-focus-guard]')
      .analyze()
    expect.soft(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([])
    if (keep) await page.screenshot({ path: join(pictures, `doctor-${theme}.png`), scale: 'css' })
  }
}

/** As the app itself reads it: from its profile, and from the system's keychain where there is one. */
async function deviceKeyOf({ electron, profile }: LandlineApp): Promise<string> {
  const text = await readFile(join(profile, 'profile.json'), 'utf8')
  const { sessions } = JSON.parse(text) as { sessions: { deviceKey?: string; sealed?: string }[] }
  const [{ deviceKey, sealed } = {}] = sessions
  if (sealed === undefined) return deviceKey ?? ''
  const secrets = await electron.evaluate(
    ({ safeStorage }, bytes) => safeStorage.decryptString(Buffer.from(bytes, 'base64')),
    sealed,
  )
  return (JSON.parse(secrets) as { deviceKey: string }).deviceKey
}

test('the doctor finds a session well from both ends, then says which step to a lost host fails', async ({
  launch,
}) => {
  const [maraApp, samApp] = await Promise.all([launch('mara'), launch('sam')])
  const mara = await hosts(maraApp, 'Mara Holm', 'Field Station')
  await joins(samApp, 'Sam Adeyemi', mara.invite)
  const { fingerprint = '', secret = '' } = readInvite(mara.invite)
  const words = fingerprintWords(fingerprint).join(' · ')

  await maraApp.menu('doctor')
  const host = doctorDialog(maraApp.window)
  await host.ended()
  await expect(host.check('Hosting Field Station', 'Port')).toContainText('Passed')
  await expect(host.check('Hosting Field Station', 'Key and certificate')).toContainText(words)
  await expect(host.check('Hosting Field Station', 'Database')).toContainText('Passed')
  await expect(host.check('This computer', 'Clock')).toContainText('Passed')

  await samApp.menu('doctor')
  const member = doctorDialog(samApp.window)
  await member.ended()
  const steps = [
    ...['Address', 'Network', 'Connection', 'Encryption', 'Host’s key', 'Server', 'Clocks'],
    ...['Members’ door', 'Protocol', 'Admission', 'Messages on this device'],
  ]
  for (const step of steps) {
    await expect(member.check('Reaching Field Station', step)).toContainText('Passed')
  }

  await member.copyReport()
  const report = await samApp.clipboard()
  expect(report).toContain('Reaching Field Station')
  expect(report).toContain(words)
  const deviceKey = await deviceKeyOf(samApp)
  expect(deviceKey).toHaveLength(43)
  for (const hidden of [secret, fingerprint, deviceKey, 'landline://', samApp.profile]) {
    expect(report).not.toContain(hidden)
  }

  await maraApp.kill9()
  await member.reach('two words')
  await expect(member.dialog.getByRole('alert')).toContainText('192.168.1.20')
  await member.reach('127.0.0.1:9')
  await member.ended()
  await expect(member.check('Reaching 127.0.0.1:9', 'Connection')).toContainText('nothing listens')
  const lost = member.check('Reaching Field Station', 'Connection')
  await expect(lost).toContainText('Failed')
  await expect(lost).toContainText('What to do: Ask the host')
  await expect(member.check('Reaching Field Station', 'Encryption')).toContainText(
    'Not tried, because “Connection” did not pass.',
  )
  await expect(member.summary).toContainText('failed')
  await expectAccessible(samApp)
  await member.close()
})

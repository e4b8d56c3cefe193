import { execFile } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { listPackage } from '@electron/asar'
import { hosts, joins } from './fixtures/stories.ts'
import { expect, test } from './fixtures/test.ts'

const run = promisify(execFile)
const root = resolve(import.meta.dirname, '..')
const release = join(root, 'release')

const EXECUTABLES: Readonly<Record<string, string>> = {
  linux: 'landline',
  darwin: 'Landline.app/Contents/MacOS/Landline',
  win32: 'Landline.exe',
}

/** The app as people get it, without an installer around it. */
function packedApp(): { readonly executable: string; readonly archive: string } {
  const folder = readdirSync(release).find((name) => /(-unpacked|^mac.*)$/.test(name))
  if (folder === undefined) throw new Error('there is no packaged app in release/')
  const executable = join(release, folder, EXECUTABLES[process.platform] ?? 'landline')
  const resources =
    process.platform === 'darwin'
      ? join(dirname(executable), '..', 'Resources')
      : join(dirname(executable), 'resources')
  return { executable, archive: join(resources, 'app.asar') }
}

test.beforeAll(async () => {
  test.setTimeout(300_000)
  const built = readFileSync(join(root, 'out', 'landline-build.json'), 'utf8')
  const stamp = join(release, 'packed-from.json')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === built) return
  await run(process.execPath, [join(root, 'scripts', 'dist.mjs'), 'dir'], { cwd: root })
  writeFileSync(stamp, built)
})

test('the packaged app carries no source maps, no tests and no sources', () => {
  const files = listPackage(packedApp().archive, { isPack: false }).map((path) =>
    path.replaceAll('\\', '/'),
  )
  expect(files).toContain('/out/main/index.js')
  expect(files).toContain('/out/main/server.js')
  const unwanted = files.filter((path) => /\.(map|tsx?)$|\.test\.|\/(src|e2e|bench)\//.test(path))
  expect(unwanted).toEqual([])
  const modules = files.filter((path) => /^\/node_modules\/[^/]+$/.test(path))
  expect(modules).toEqual(['/node_modules/better-sqlite3'])
})

test('the packaged app says when it is usable and ends well', async ({ folder }) => {
  const rootUser = process.platform === 'linux' && process.getuid?.() === 0
  const { stdout } = await run(packedApp().executable, [
    ...(rootUser ? ['--no-sandbox'] : []),
    `--user-data-dir=${folder}`,
    '--smoke',
  ])
  const lines = stdout.trim().split('\n')
  expect(lines).toHaveLength(1)
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    event: 'usable',
    versions: { landline: expect.any(String), electron: expect.any(String) },
    milliseconds: expect.any(Number),
  })
})

test('two people talk over a session that the packaged app hosts', async ({ launch }) => {
  // Room for another launch, see `PACKAGED_LAUNCHES`.
  test.setTimeout(180_000)
  const { executable } = packedApp()
  const [maraApp, samApp] = await Promise.all([
    launch('mara', { executable }),
    launch('sam', { executable }),
  ])
  expect(await maraApp.electron.evaluate(({ app }) => app.isPackaged)).toBe(true)
  const mara = await hosts(maraApp, 'Mara Holm', 'Field Station')
  const sam = await joins(samApp, 'Sam Adeyemi', mara.invite)
  await sam.ui.say('Packed and working.')
  await expect(mara.ui.timeline.message('Packed and working.')).toBeVisible()
  await expect(sam.ui.timeline.message('Packed and working.')).toContainText('seen by 1')
})

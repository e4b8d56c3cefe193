import { execFile } from 'node:child_process'
import { mkdtemp, readdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect, test } from '@playwright/test'
import type { ElectronApplication } from '@playwright/test'
import { ask } from './fixtures/bridge.ts'
import { launchApp } from './fixtures/launch-app.ts'
import type { LaunchedApp, LaunchOptions } from './fixtures/launch-app.ts'

/** How the app starts, goes on after faults, and ends. */
const opened: LaunchedApp[] = []
async function open(options: LaunchOptions = {}): Promise<LaunchedApp> {
  const app = await launchApp(options)
  opened.push(app)
  return app
}
test.afterEach(async () => {
  for (const app of opened.splice(0)) {
    await app.kill()
    await app.remove()
  }
})

/** Answers the app's questions instead of a person, and keeps what was asked. */
async function answerQuestions(electron: ElectronApplication, button: number): Promise<void> {
  await electron.evaluate(({ dialog }, response) => {
    const asked: string[] = []
    Object.assign(globalThis, { asked })
    const answer = (question: unknown) => {
      asked.push((question as { message: string }).message)
      return Promise.resolve({ response, checkboxChecked: false })
    }
    dialog.showMessageBox = answer as typeof dialog.showMessageBox
  }, button)
}
const questions = (electron: ElectronApplication): Promise<string[]> =>
  electron.evaluate(() => (globalThis as unknown as { asked: string[] }).asked)

const ended = (app: LaunchedApp): Promise<number | null> =>
  new Promise((done) => app.electron.process().once('exit', (code) => done(code)))

test('closing the last window and quitting ask first while this computer hosts', async () => {
  const app = await open({ asksBeforeQuit: true })
  await ask(app.window, 'profile.set-name', { name: 'Mara Holm' })
  await ask(app.window, 'session.host', { name: 'Field Station' })

  await answerQuestions(app.electron, 0)
  await app.electron.evaluate(({ BrowserWindow, app: main }) => {
    BrowserWindow.getAllWindows()[0]?.close()
    main.quit()
  })
  await expect.poll(() => questions(app.electron)).toContain('This computer hosts «Field Station».')
  expect(
    await app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length),
  ).toBe(1)

  await answerQuestions(app.electron, 1)
  const end = ended(app)
  await app.electron.evaluate(({ app: main }) => main.quit())
  expect(await end).toBe(0)
})

test('quitting without hosting asks nothing', async () => {
  const app = await open({ asksBeforeQuit: true })
  const end = ended(app)
  await app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close())
  expect(await end).toBe(0)
})

test('a page that crashes comes back by itself', async () => {
  const app = await open()
  await app.electron.evaluate(({ BrowserWindow }) => {
    const contents = BrowserWindow.getAllWindows()[0]?.webContents
    Object.assign(globalThis, {
      back: new Promise<void>((done) => contents?.once('did-finish-load', () => done())),
    })
    contents?.forcefullyCrashRenderer()
  })
  const heading = await app.electron.evaluate(async ({ BrowserWindow }) => {
    await (globalThis as unknown as { back: Promise<void> }).back
    return BrowserWindow.getAllWindows()[0]?.webContents.executeJavaScript('document.title')
  })
  expect(heading).toBe('Landline')
  expect(app.output()).toContain('a page crashed')
})

test('a second start of the same profile hands its link over and ends', async () => {
  const app = await open()
  await ask(app.window, 'profile.set-name', { name: 'Mara Holm' })
  const link = `landline://join?v=1&s=0190a000-0000-7000-8000-000000000001&n=Ward%203&a=127.0.0.1:9`
  // The same executable and arguments as the first, with a link.
  const [file = '', ...args] = app.electron
    .process()
    .spawnargs.filter(
      (argument) => !argument.startsWith('--inspect') && !argument.startsWith('--remote-debugging'),
    )
  const first = resolve(import.meta.dirname, '..')
  await new Promise<void>((done, failed) => {
    const given = args.filter((argument) => !/loader\.js$|^-r$/.test(argument))
    execFile(file, [...new Set([...given, first]), link], (error) => {
      if (error === null) done()
      else failed(error)
    })
  })
  await expect(
    app.window.getByRole('textbox', { name: 'Invite link, code or address' }),
  ).toHaveValue(link)
})

test('a profile that cannot be read is set aside, told, and not deleted', async () => {
  const profileDir = await mkdtemp(join(tmpdir(), 'landline-e2e-'))
  await writeFile(join(profileDir, 'profile.json'), '{"version":1,')
  const app = await open({ profileDir })
  expect((await ask(app.window, 'app.state', {})).profile).toBeNull()
  const files = await readdir(profileDir)
  expect(files.filter((name) => name.startsWith('profile.json.broken-'))).toHaveLength(1)
})

test('a bug in the main process ends the app with words and a number other than 0', async () => {
  const app = await open()
  const end = ended(app)
  await app.electron.evaluate(() => {
    setImmediate(() => {
      throw new Error('a bug')
    })
  })
  expect(await end).toBe(1)
  expect(app.output()).toContain('a bug')
})

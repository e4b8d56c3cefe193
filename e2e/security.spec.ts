import { expect, test } from '@playwright/test'
import { launchApp } from './fixtures/launch-app.ts'
import type { LaunchedApp } from './fixtures/launch-app.ts'

/** What the windows of the real app are and are not allowed to do. One app serves all these tests. */
let app: LaunchedApp
test.beforeAll(async () => {
  app = await launchApp()
})
test.afterAll(async () => {
  await app.close()
  await app.remove()
})

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; " +
  "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

test('the window is sandboxed and isolated, and its page comes from the app’s own scheme', async () => {
  const preferences = await app.electron.evaluate(({ BrowserWindow }) => {
    const [window] = BrowserWindow.getAllWindows()
    const contents = window?.webContents as unknown as {
      getLastWebPreferences(): Record<string, unknown>
    }
    return contents.getLastWebPreferences()
  })
  expect(preferences).toMatchObject({
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    nodeIntegrationInSubFrames: false,
    webSecurity: true,
    webviewTag: false,
  })
  expect(new URL(app.window.url()).href).toBe('landline-app://app/index.html')
})

test('the page has no Node and no Electron, only the bridge', async () => {
  const found = await app.window.evaluate(() => ({
    names: ['require', 'process', 'module', 'global', 'Buffer', 'electron', 'ipcRenderer'].filter(
      (name) => name in window,
    ),
    bridge: Object.keys((window as unknown as { landline: object }).landline).toSorted(),
    origin: location.protocol,
    secure: isSecureContext,
  }))
  expect(found).toEqual({
    names: [],
    bridge: ['invoke', 'onEvents'],
    origin: 'landline-app:',
    secure: true,
  })
})

test('every answer of the app’s scheme carries the policy, and nothing outside its folder is served', async () => {
  const answers = await app.window.evaluate(async () => {
    const ask = async (path: string, init?: RequestInit) => {
      const response = await fetch(path, init)
      return {
        status: response.status,
        policy: response.headers.get('content-security-policy'),
        nosniff: response.headers.get('x-content-type-options'),
        length: (await response.text()).length,
      }
    }
    return {
      page: await ask('/index.html'),
      outside: await ask('/%2e%2e%2f%2e%2e%2fpackage.json'),
      backslash: await ask('/..%5c..%5cpackage.json'),
      missing: await ask('/missing.js'),
      post: await ask('/index.html', { method: 'POST' }),
    }
  })
  expect(answers.page).toMatchObject({ status: 200, policy: POLICY, nosniff: 'nosniff' })
  expect(answers.page.length).toBeGreaterThan(100)
  expect(answers.outside).toMatchObject({ status: 400, length: 0, policy: POLICY })
  expect(answers.backslash).toMatchObject({ status: 400, length: 0 })
  expect(answers.missing).toMatchObject({ status: 404, length: 0 })
  expect(answers.post).toMatchObject({ status: 405, length: 0 })
})

test('inline scripts, handlers, eval, foreign images and connections are refused', async () => {
  const result = await app.window.evaluate(async () => {
    const violations: string[] = []
    const connectionReported = new Promise<void>((done) => {
      document.addEventListener('securitypolicyviolation', (event) => {
        violations.push(event.effectiveDirective)
        if (event.effectiveDirective === 'connect-src') done()
      })
    })
    const marks = window as unknown as Record<string, unknown>
    const script = document.createElement('script')
    script.textContent = 'window.inlineRan = true'
    document.head.append(script)
    const button = document.createElement('button')
    button.setAttribute('onclick', 'window.handlerRan = true')
    button.click()
    // A string as a timer is eval; the driver's own scripts are exempt from the policy, a timer is not.
    // oxlint-disable-next-line no-implied-eval -- that it is refused is what is tested
    setTimeout('window.evalRan = true', 0)
    await new Promise((done) => setTimeout(done, 0))
    const image = new Image()
    const imageFailed = new Promise((done) => image.addEventListener('error', () => done(true)))
    image.src = 'https://example.org/pixel.png'
    await imageFailed
    const connected = await fetch('https://example.org/').then(
      () => true,
      () => false,
    )
    const file = await fetch('file:///etc/passwd').then(
      () => true,
      () => false,
    )
    await connectionReported
    return {
      ran: ['inlineRan', 'handlerRan', 'evalRan'].filter((name) => marks[name] === true),
      connected,
      file,
      violations,
    }
  })
  expect(result).toMatchObject({ ran: [], connected: false, file: false })
  expect(result.violations).toEqual(
    expect.arrayContaining([
      'script-src-elem',
      'script-src-attr',
      'script-src',
      'img-src',
      'connect-src',
    ]),
  )
})

test('the page cannot be led away, and no window opens', async () => {
  const before = app.window.url()
  for (const target of ['https://example.org/', 'file:///etc/passwd', 'data:text/html,x']) {
    await app.window.evaluate((url) => {
      location.href = url
    }, target)
    const opened = await app.window.evaluate((url) => window.open(url) !== null, target)
    expect(opened, `window.open of ${target}`).toBe(false)
  }
  // The refusals above were asynchronous; an answer of the main process comes after them.
  const windows = await app.electron.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows().map((window) => window.webContents.getURL()),
  )
  expect(windows).toEqual([before])
  expect(await app.window.evaluate(() => location.href)).toBe(before)
})

test('a frame or a webview inside the page gets nothing', async () => {
  const result = await app.window.evaluate(async () => {
    const refused = new Promise<string>((done) => {
      document.addEventListener('securitypolicyviolation', (event) =>
        done(event.effectiveDirective),
      )
    })
    const frame = document.createElement('iframe')
    frame.src = 'landline-app://app/index.html'
    document.body.append(frame)
    const directive = await refused
    const webview = document.createElement('webview')
    webview.setAttribute('src', 'https://example.org')
    document.body.append(webview)
    const attached = 'getWebContentsId' in webview
    frame.remove()
    webview.remove()
    return { directive, attached }
  })
  expect(result).toEqual({ directive: 'frame-src', attached: false })
  expect(
    await app.electron.evaluate(({ webContents }) => webContents.getAllWebContents().length),
  ).toBe(1)
})

test('every permission is refused', async () => {
  const result = await app.window.evaluate(async () => {
    const refused = (asked: Promise<unknown>): Promise<boolean> =>
      asked.then(
        () => false,
        () => true,
      )
    return {
      notifications: await Notification.requestPermission(),
      camera: await refused(navigator.mediaDevices.getUserMedia({ video: true })),
      screen: await refused(navigator.mediaDevices.getDisplayMedia({ video: true })),
      place: await new Promise((done) =>
        navigator.geolocation.getCurrentPosition(
          () => done(false),
          () => done(true),
        ),
      ),
      clipboard: await refused(navigator.clipboard.readText()),
    }
  })
  expect(result).toEqual({
    notifications: 'denied',
    camera: true,
    screen: true,
    place: true,
    clipboard: true,
  })
})

test('unknown commands and wrong arguments are refused by name', async () => {
  const answers = await app.window.evaluate(async () => {
    const { landline } = window as unknown as {
      landline: { invoke(name: unknown, args: unknown): Promise<unknown> }
    }
    return [
      await landline.invoke('app.quit', {}),
      await landline.invoke('__proto__', {}),
      await landline.invoke({ toString: () => 'app.state' }, {}).catch(() => 'not cloneable'),
      await landline.invoke('app.set-theme', { theme: 'sepia' }),
      await landline.invoke('app.open-link', { url: 'file:///etc/passwd' }),
      await landline.invoke('session.open', { session: '0190a000-0000-7000-8000-000000000001' }),
    ]
  })
  const failed = (kind: string) => ({ ok: false, failure: { kind, message: expect.any(String) } })
  expect(answers).toEqual([
    failed('invalid-arguments'),
    failed('invalid-arguments'),
    'not cloneable',
    {
      ok: false,
      failure: { kind: 'invalid-arguments', message: expect.stringContaining('theme') },
    },
    failed('not-allowed'),
    failed('no-such-session'),
  ])
})

test('a page that is not ours cannot use the bridge, even with our preload script', async () => {
  const answer = await app.electron.evaluate(async ({ app: main, BrowserWindow }) => {
    const [own] = BrowserWindow.getAllWindows()
    if (own === undefined) throw new Error('no window')
    const stranger = new BrowserWindow({
      show: false,
      webPreferences: { preload: `${main.getAppPath()}/out/preload/index.cjs`, sandbox: true },
    })
    try {
      // Even on our own page: the app did not open this window.
      await stranger.loadURL(own.webContents.getURL())
      return await stranger.webContents.executeJavaScript(`window.landline.invoke('app.state', {})`)
    } finally {
      stranger.destroy()
    }
  })
  expect(answer).toMatchObject({ ok: false, failure: { kind: 'forbidden-sender' } })
})

import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { _electron, type ElectronApplication, type Page } from '@playwright/test'
import { SignJWT } from 'jose'
import { build } from 'vite'
import { rawClient, rawPerson } from '../src/testing/raw-client.ts'
import { killTree } from './fixtures/processes.ts'
import { expect, test } from './fixtures/test.ts'

type BotClient = typeof import('../src/bot-client/bot.ts')

const run = promisify(execFile)
const root = resolve(import.meta.dirname, '..')
const KEY = 'a key of thirty-two bytes or more'
const SCRIPTS: Readonly<Record<string, string>> = {
  '/signalr.js': '@microsoft/signalr/dist/browser/signalr.js',
  '/msgpack.js': '@microsoft/signalr-protocol-msgpack/dist/browser/signalr-protocol-msgpack.js',
}

/** Our client for bots as one module, as somebody who makes a page would bundle it. */
async function bundleBotClient(): Promise<string> {
  const built = await build({
    ...{ root, configFile: false, logLevel: 'silent' },
    build: {
      write: false,
      lib: { entry: 'src/bot-client/bot.ts', formats: ['es'], fileName: 'bot' },
    },
  })
  const [output] = Array.isArray(built) ? built : []
  const [chunk] = output?.output ?? []
  if (chunk?.type !== 'chunk') throw new Error('the client was not bundled')
  return chunk.code
}

/** A web page with the clients its authors took from the registry, unmodified. */
async function servePage(): Promise<{ readonly http: Server; readonly origin: string }> {
  const http = createServer((request, response) => {
    if (request.url === '/bot.js') {
      response.setHeader('Content-Type', 'text/javascript')
      void bundleBotClient().then((code) => response.end(code))
      return
    }
    const file = SCRIPTS[request.url ?? '']
    response.setHeader('Content-Type', file === undefined ? 'text/html' : 'text/javascript')
    if (file === undefined) {
      response.end('<script src="/signalr.js"></script><script src="/msgpack.js"></script>')
    } else {
      void readFile(join(root, 'node_modules', file)).then((code) => response.end(code))
    }
  })
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  return { http, origin: `http://127.0.0.1:${(http.address() as AddressInfo).port}` }
}

async function serve(
  data: string,
  origin: string,
): Promise<{ readonly child: ChildProcess; readonly http: string }> {
  const child = spawn(
    process.execPath,
    [
      ...[join(root, 'scripts', 'run-ts.mjs'), 'src/server/headless.ts', '--open'],
      ...['--port', '0', '--data', data, '--allowed-origins', origin],
    ],
    { stdio: ['ignore', 'pipe', 'ignore'], env: { ...process.env, LANDLINE_JWT_SECRET: KEY } },
  )
  const [line] = (await Promise.race([
    once(createInterface({ input: child.stdout }), 'line'),
    once(child, 'exit').then(() => Promise.reject(new Error('the server ended'))),
  ])) as [string]
  return { child, http: (JSON.parse(line) as { http: string }).http }
}

function openBrowser(folder: string, origin: string): Promise<ElectronApplication> {
  const asRoot = process.platform === 'linux' && process.getuid?.() === 0
  return _electron.launch({
    args: [
      ...(asRoot ? ['--no-sandbox'] : []),
      join(import.meta.dirname, 'fixtures', 'browser'),
      `--user-data-dir=${join(folder, 'browser')}`,
      origin,
    ],
  })
}

/** What a page does that talks by SignalR; runs in the page. */
function joinInPage(
  page: Page,
  options: { readonly url: string; readonly token?: string; readonly packed?: boolean },
): Promise<string> {
  return page.evaluate(async ({ url, token, packed }) => {
    const { signalR } = window as unknown as {
      signalR: typeof import('@microsoft/signalr') & {
        protocols: { msgpack: typeof import('@microsoft/signalr-protocol-msgpack') }
      }
    }
    const builder = new signalR.HubConnectionBuilder()
      .withUrl(url, token === undefined ? {} : { accessTokenFactory: () => token })
      .configureLogging(signalR.LogLevel.None)
    if (packed === true)
      builder.withHubProtocol(new signalR.protocols.msgpack.MessagePackHubProtocol())
    const connection = builder.build()
    const heard: string[] = []
    connection.on('ReceiveMessage', ({ userId, message }: { userId: string; message: string }) => {
      heard.push(`${userId}: ${message}`)
    })
    try {
      await connection.start()
    } catch (error) {
      return String(error)
    }
    // Kept, so that it goes on listening.
    Object.assign(window, { heard, connection })
    const { userId } = await connection.invoke<{ userId: string }>('GetConnectionInfo')
    await connection.invoke('SendMessage', `hello from ${userId}`)
    return userId
  }, options)
}

test('a web page in Chromium joins by SignalR, by name and by token, in both protocols', async ({
  folder,
}) => {
  const { http: pages, origin } = await servePage()
  const server = await serve(join(folder, 'server'), origin)
  const browser = await openBrowser(folder, origin)
  try {
    const page = await browser.firstWindow()
    await page.waitForFunction(() => 'signalR' in window)
    const url = `${server.http}/hubs/chat`
    expect(await joinInPage(page, { url: `${url}?user=Ada` })).toBe('Ada')
    const token = await new SignJWT({ name: 'Theo' })
      .setProtectedHeader({ alg: 'HS256' })
      .setSubject('u-1')
      .setExpirationTime('1h')
      .sign(new TextEncoder().encode(KEY))
    expect(await joinInPage(page, { url, token, packed: true })).toBe('Theo')
    // The last one to have come hears what it says itself, like everybody.
    await expect
      .poll(() => page.evaluate(() => (window as unknown as { heard: string[] }).heard))
      .toEqual(['Theo: hello from Theo'])
    expect(await joinInPage(page, { url, token: `${token}x` })).toMatch(/401/)
    // The same page from an origin that is not allowed.
    await page.goto(origin.replace('127.0.0.1', 'localhost'))
    await page.waitForFunction(() => 'signalR' in window)
    expect(await joinInPage(page, { url: `${url}?user=Eve` })).toMatch(/Failed to fetch/)
  } finally {
    await browser.close()
    if (server.child.pid !== undefined) await killTree(server.child.pid)
    pages.close()
  }
})

test('a bot runs in a web page with the client for bots: it hears a command and answers', async ({
  folder,
}) => {
  const { http: pages, origin } = await servePage()
  const data = join(folder, 'server')
  // Whoever comes first makes the default group, into which the operator then puts a bot.
  const first = await serve(data, origin)
  const ada = rawPerson('Ada')
  await (await rawClient(`${first.http.replace('http', 'ws')}/ws`, ada)).enter()
  first.child.kill('SIGTERM')
  await once(first.child, 'exit')
  const { stdout } = await run(process.execPath, [
    ...[join(root, 'scripts', 'run-ts.mjs'), 'src/server/cli/landline.ts', 'integration', 'create'],
    ...['bot', '--name', 'Echo', '--room', 'general', '--data', data],
  ])
  const token = /llb_[\w-]+/.exec(stdout)?.[0]
  if (token === undefined) throw new Error(`no token was told: ${stdout}`)
  const server = await serve(data, origin)
  const browser = await openBrowser(folder, origin)
  try {
    const page = await browser.firstWindow()
    await page.waitForFunction(() => 'signalR' in window)
    const url = `${server.http.replace('http', 'ws')}/ws`
    await page.evaluate(
      async ([at, secret]) => {
        const { connect } = (await import(`${location.origin}/bot.js`)) as BotClient
        const bot = connect(at ?? '', { token: secret ?? '', name: 'Echo' })
        await bot.ready
        void (async () => {
          for await (const event of bot) {
            if (event.kind !== 'message' || event.command?.name !== 'echo') continue
            await bot.send(event.room.id, event.command.rest)
          }
        })()
      },
      [url, token],
    )
    const person = await rawClient(url, ada)
    await person.enter()
    person.post(person.general(), '/echo from a page')
    const answer = await person.next('events', ({ events }) =>
      events.some((event) => event.type === 'message.posted' && event.text === 'from a page'),
    )
    expect(answer.room).toBe(person.general())
    person.webSocket.close()
  } finally {
    await browser.close()
    if (server.child.pid !== undefined) await killTree(server.child.pid)
    pages.close()
  }
})

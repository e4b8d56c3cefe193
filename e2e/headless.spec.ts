import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { textsOf } from './fixtures/bridge.ts'
import { killTree } from './fixtures/processes.ts'
import { isOnline, joins } from './fixtures/stories.ts'
import { expect, test } from './fixtures/test.ts'

const root = resolve(import.meta.dirname, '..')

interface Headless {
  readonly url: string
  readonly invite: string
  readonly stdout: readonly string[]
  stop(): Promise<number | null>
  end(): Promise<void>
}

/** `npm run serve` without npm, whose own words would come first. */
async function serve(data: string, port = 0): Promise<Headless> {
  const child = spawn(
    process.execPath,
    [
      join(root, 'scripts', 'run-ts.mjs'),
      'src/server/headless.ts',
      ...['--port', String(port), '--data', data, '--name', 'Night Server', '--print-invite'],
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  )
  const exit = once(child, 'exit')
  const stdout: string[] = []
  let stderr = ''
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  const lines = createInterface({ input: child.stdout })
  const first = once(lines, 'line') as Promise<[string]>
  lines.on('line', (line) => stdout.push(line))
  await Promise.race([
    first,
    exit.then(() => Promise.reject(new Error(`the server ended: ${stderr}`))),
  ])
  const [line] = await first
  const { event, url, http } = JSON.parse(line) as Record<string, string>
  expect(event).toBe('listening')
  expect(http).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
  expect(url).toBe(`${http?.replace('http', 'ws')}/ws`)
  await expect.poll(() => /Invite: (\S+)/.exec(stderr)?.[1]).toBeDefined()
  return {
    url: url ?? '',
    invite: /Invite: (\S+)/.exec(stderr)?.[1] ?? '',
    stdout,
    async stop() {
      child.kill('SIGTERM')
      const [code] = (await exit) as [number | null]
      return code
    },
    async end() {
      if (child.exitCode === null && child.pid !== undefined) await killTree(child.pid)
    },
  }
}

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

    second = await serve(data, Number(new URL(first.url).port))
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

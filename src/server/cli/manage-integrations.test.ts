import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { rawClient, rawPerson } from '../../testing/raw-client.ts'
import { startServer } from '../start-server.ts'
import { manageIntegrations } from './manage-integrations.ts'
import { runExport, runImport } from './move-session.ts'

let folder: string
let printed: string[]
let said: string[]
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'landline-cli-'))
  printed = []
  said = []
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const output = {
  out: (line: string) => void printed.push(line),
  say: (line: string) => void said.push(line),
}

async function serve(dataDir: string) {
  const server = await startServer(
    {
      ...{ dataDir, host: '127.0.0.1', port: 0, admission: { kind: 'open' } },
      integrations: { enabled: true, allowPrivateTargets: true },
    },
    { info() {}, warn() {} },
  )
  if (server.kind === 'failed') throw new Error(server.message)
  return server
}

it('operators make webhooks and bots, which work wherever the session is moved, and revoke them', async () => {
  const data = join(folder, 'data')
  const first = await serve(data)
  const mara = await rawClient(first.url, rawPerson('Mara'))
  await mara.enter()
  await first.stop()
  const run = (...args: string[]): Promise<number> =>
    manageIntegrations([...args, '--data', data], {}, output)
  const create = async (...args: string[]): Promise<string> => {
    expect(await run('create', ...args, '--room', 'general')).toBe(0)
    return printed.pop() ?? ''
  }
  const path = await create('incoming', '--name', 'Build server')
  expect(await create('bot', '--name', 'Dice', '--scopes', 'read')).toMatch(/^llb_/)
  await create('outgoing', '--name', 'Archive', '--url', 'https://a.example/x')
  for (const wrong of [
    ['bot', '--name', 'Dice'],
    ['incoming', '--name', 'Other', '--room', 'nowhere'],
    ['outgoing', '--name', 'Third', '--url', 'ftp://a.example'],
    ['bot', '--name', 'Fourth', '--scopes', 'everything'],
    ['teapot', '--name', 'Fifth'],
  ]) {
    const room = wrong.includes('--room') ? [] : ['--room', 'general']
    await expect(run('create', ...wrong, ...room)).rejects.toThrow()
  }
  const list = async (): Promise<string[]> => {
    printed = []
    await run('list')
    return printed.map((line) => line.split('\t').slice(1).join(' '))
  }
  const all = ['active incoming Build server', 'active bot Dice', 'active outgoing Archive']
  expect(await list()).toEqual(all)
  const dice = printed[1]?.split('\t')[0] ?? ''

  const file = join(folder, 'session.ndjson')
  const copy = join(folder, 'copy')
  await runExport([file, '--data', data], {}, output)
  await runImport([file, '--data', copy], {}, output)
  const moved = await serve(copy)
  const posted = await fetch(`${moved.httpUrl}${path}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: '{"text":"moved"}',
  })
  expect(posted.status).toBe(200)
  await moved.stop()

  expect(await run('revoke', dice)).toBe(0)
  expect(await list()).toEqual(all.with(1, 'revoked bot Dice'))
  await expect(run('revoke', mara.person.member)).rejects.toThrow('no such')
})

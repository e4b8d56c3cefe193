/** The program itself: what it says and ends with when something cannot be done. */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { freePort } from '../../testing/services/service-process.ts'
import { type RunningServer, startServer } from '../start-server.ts'

const entry = fileURLToPath(new URL('landline.ts', import.meta.url))

let folder: string
let running: RunningServer[]
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'landline-cli-'))
  running = []
})
afterEach(async () => {
  await Promise.all(running.map((server) => server.stop()))
  rmSync(folder, { recursive: true, force: true })
})

function landline(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  return new Promise<{ code: number; out: string; err: string }>((done) =>
    execFile(
      process.execPath,
      [entry, ...args],
      { cwd: folder, env: { ...process.env, ...env } },
      (error, out, err) => done({ code: error === null ? 0 : Number(error.code), out, err }),
    ),
  )
}

async function serve(dataDir: string): Promise<RunningServer> {
  const server = await startServer(
    { dataDir, host: '127.0.0.1', port: 0, admission: { kind: 'open' } },
    { info() {}, warn() {} },
  )
  if (server.kind === 'failed') throw new Error(server.message)
  running.push(server)
  return server
}

describe('landline', () => {
  it('says in one sentence what cannot be done, and ends with 1', async () => {
    const data = join(folder, 'data')
    await (await serve(data)).stop()
    mkdirSync(join(folder, 'a-folder'))
    writeFileSync(join(folder, 'a-file'), '')
    mkdirSync(join(folder, 'odd', 'session.db'), { recursive: true })
    const nobody = `postgres://me:planted-password@127.0.0.1:${await freePort()}/landline`
    const away = { LANDLINE_POSTGRES_CONNECTION_STRING: nobody }
    const failing: readonly (readonly [string[], RegExp, Record<string, string>?])[] = [
      [['export', 'out'], /^PostgreSQL cannot be used: .*ECONNREFUSED/, away],
      [['promote', '--data', data], /^PostgreSQL cannot be used: .*ECONNREFUSED/, away],
      [['user', 'list'], /^PostgreSQL cannot be used: .*ECONNREFUSED/, away],
      [['import', 'missing', '--data', 'new'], /^Cannot read \S+missing: ENOENT/],
      [['import', 'a-folder', '--data', 'new'], /^Cannot read \S+a-folder: it is a folder/],
      [['export', 'a-folder', '--data', data], /^Cannot write \S+a-folder: it is a folder/],
      [['export', 'a-file/out', '--data', data], /^Cannot write \S+out: ENOTDIR/],
      [['export', 'nowhere/out', '--data', data], /^Cannot write \S+out: ENOENT/],
      [['import', 'a-file', '--data', 'a-file'], /^Cannot make \S*a-file: EEXIST/],
      [['export', 'out', '--data', 'odd'], /^Cannot open odd\/session.db: unable to open/],
    ]
    for (const [args, words, env] of failing) {
      const { code, err } = await landline(args, env)
      expect([args, code, err]).toEqual([args, 1, expect.stringMatching(words) as unknown])
      expect(err.trim().split('\n')).toHaveLength(1)
      expect(err).not.toContain('planted')
    }
    expect(existsSync(join(folder, 'new'))).toBe(false)
    expect(existsSync(join(folder, 'a-folder.unfinished'))).toBe(false)
  }, 60_000)

  it('says what to do instead while a server has the session', async () => {
    const data = join(folder, 'data')
    await serve(data)
    for (const [args, words] of [
      [['user', 'list'], 'in the app'],
      [['invite', 'create'], 'in the app'],
      [['export', 'out'], 'waits on their devices'],
    ] as const) {
      const { code, err } = await landline([...args, '--data', data])
      expect([args, code]).toEqual([args, 1])
      expect(err).toMatch(/another server is using it\. Stop it first\./)
      expect(err).toContain(words)
    }
  }, 60_000)

  it.each([
    ['invite', 'list', '--data', 'data'],
    ['serve', '--port', '0', '--data', 'other'],
  ])(
    'goes on when nobody reads what it says: %s %s',
    async (...args) => {
      await (await serve(join(folder, 'data'))).stop()
      const invite = await landline(['invite', 'create', '--data', 'data'])
      expect(invite.code).toBe(0)
      const child = spawn(process.execPath, [entry, ...args], { cwd: folder })
      child.stdout.destroy()
      let err = ''
      child.stderr.setEncoding('utf8').on('data', (said: string) => {
        err += said
        if (said.includes('"serving"')) child.kill('SIGTERM')
      })
      const [code] = (await once(child, 'close')) as [number | null]
      expect([code, err]).toEqual([0, expect.not.stringContaining('EPIPE')])
    },
    60_000,
  )

  it('serves and examines as well: both are there, and say what they take', async () => {
    const [serving, doctor] = await Promise.all([
      landline(['serve', '--help']),
      landline(['doctor', '--help']),
    ])
    expect([serving.code, doctor.code]).toEqual([0, 0])
    expect(serving.out).toContain('--print-options')
    expect(doctor.out).toContain('--postgres-connection-string-file')
    expect((await landline(['serve', '--max-connections', '0'])).code).toBe(2)
  }, 60_000)
})

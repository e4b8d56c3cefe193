import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fingerprintWords } from '../protocol/fingerprint.ts'
import { createInvite } from '../protocol/invite.ts'
import { hostKeyIn, serveSession } from '../testing/served-session.ts'
import { freePort } from '../testing/services/service-process.ts'
import { parseCliOptions } from './cli-options.ts'
import type { Check, DoctorReport } from './report.ts'

const entry = fileURLToPath(new URL('cli.ts', import.meta.url))
const SECRET = 'planted-join-secret'

let folder: string
const cleanUp: (() => unknown)[] = []
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'landline-cli-'))))
afterEach(async () => {
  for (const undo of cleanUp.splice(0).toReversed()) await undo()
  rmSync(folder, { recursive: true, force: true })
})

function doctor(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  return new Promise<{ code: number; out: string; err: string }>((done) =>
    execFile(
      process.execPath,
      [entry, ...args],
      { env: { ...process.env, ...env } },
      (error, out, err) => done({ code: error === null ? 0 : Number(error.code), out, err }),
    ),
  )
}

function find(report: DoctorReport, id: string): Check {
  const check = report.groups.flatMap(({ checks }) => checks).find((one) => one.id === id)
  if (check === undefined) throw new Error(`no check ${id}`)
  return check
}

describe('npm run doctor', () => {
  it('ends as usual when nobody reads what it says', async () => {
    for (const [args, expected] of [
      [['--port', '0'], 2],
      [['--help'], 0],
    ] as const) {
      const child = spawn(process.execPath, [entry, ...args])
      child.stdout.destroy()
      child.stderr.destroy()
      const [code] = (await once(child, 'close')) as [number | null]
      expect([args, code]).toEqual([args, expected])
    }
  })

  it('looks at a server that runs and at the way to it, and ends with 1 for what failed', async () => {
    const { privateKey, fingerprint } = hostKeyIn(folder)
    const server = await serveSession(folder, SECRET, { kind: 'host-key', privateKey })
    cleanUp.push(() => server.stop())
    const invite = createInvite({
      sessionId: server.session.id,
      name: 'Field Station',
      addresses: [`127.0.0.1:${server.port}`],
      secret: SECRET,
      fingerprint,
    })
    const nobody = await freePort()
    const args = ['--data', folder, '--port', `${server.port}`, '--target', invite]
    const { code, out } = await doctor([...args, '--json'], {
      HTTPS_PROXY: 'http://me:planted-password@proxy:3128',
      HOME: folder,
      LANDLINE_REDIS_CONNECTION_STRING: `redis://me:planted-password@127.0.0.1:${nobody}`,
    })
    const report = JSON.parse(out) as DoctorReport
    expect(code).toBe(1)
    expect(find(report, 'hosting.server.key').detail).toContain(
      fingerprintWords(fingerprint).join(' · '),
    )
    expect(find(report, 'hosting.server.database').detail).toContain('server that runs')
    expect(find(report, 'reaching.0.version').state).toBe('ok')
    expect(find(report, 'reaching.0.admission').state).toBe('skipped')
    expect(find(report, 'proxy').detail).toContain('HTTPS_PROXY')
    expect(find(report, 'service.redis')).toMatchObject({
      state: 'failed',
      detail: `Redis at 127.0.0.1:${nobody} cannot be reached (ECONNREFUSED).`,
      fix: expect.stringContaining('or correct LANDLINE_REDIS_CONNECTION_STRING.') as string,
    })
    // It listens on this computer only: the address others would use fails, with what to change.
    const port = find(report, 'hosting.server.port')
    if (port.state === 'failed') expect(port.fix).toContain('--host 0.0.0.0')
    for (const secret of [SECRET, 'planted-password', folder, fingerprint]) {
      expect(out).not.toContain(secret)
    }
    for (const check of report.groups.flatMap(({ checks }) => checks)) {
      expect(check.fix !== null, check.id).toBe(
        check.state === 'failed' || check.state === 'warning',
      )
    }
  })

  it('prints the same as text, and names a damaged key and database', async () => {
    writeFileSync(join(folder, 'host-key'), '-----BEGIN PRIVATE KEY-----\nplanted\n')
    writeFileSync(join(folder, 'session.db'), 'no database at all, and long enough to be read')
    const port = await freePort()
    const { code, out } = await doctor(['--data', folder, '--port', `${port}`])
    expect(code).toBe(1)
    expect(out).toMatch(/^Landline doctor, 20\d\d-.*\n.*2 checks failed/)
    expect(out).toContain('✗ failed   Key and certificate\n')
    expect(out).toContain('✗ failed   Database\n')
    expect(out).toContain('Fix: Quit Landline, keep a copy')
    expect(out).not.toContain('planted')
    const { username } = userInfo()
    if (username !== 'root') expect(out).not.toContain(username)
  })

  it('is told where Redis and PostgreSQL are as the server is: no secret by a flag', () => {
    const files: Record<string, string> = {
      'landline.yaml':
        'port: 1\nredis: { connectionString: a, caFile: ca }\npostgres: { connectionStringFile: pg }\n',
      ...{ pg: 'postgres://b\n', redis: 'c\n', broken: 'redis: { connectionString: planted' },
    }
    const readFile = (file: string): string => {
      const content = files[file]
      if (content === undefined) throw new Error(`no such file: ${file}`)
      return content
    }
    const told = (args: string[], environment: Record<string, string> = {}) => {
      const parsed = parseCliOptions(args, environment, readFile)
      return parsed.kind === 'fault'
        ? parsed.message
        : [parsed.options.redis, parsed.options.postgres, parsed.options.redisCaFile].map(
            (one) => one?.value,
          )
    }
    const config = ['--config', 'landline.yaml']
    expect(told([])).toEqual([undefined, undefined, undefined])
    expect(told(config)).toEqual(['a', 'postgres://b', 'ca'])
    expect(told([], { LANDLINE_CONFIG: 'landline.yaml' })).toEqual(['a', 'postgres://b', 'ca'])
    const environment = {
      LANDLINE_REDIS_CONNECTION_STRING_FILE: 'redis',
      LANDLINE_POSTGRES_CONNECTION_STRING: 'postgres://d',
      LANDLINE_REDIS_CA_FILE: 'ca-2',
    }
    expect(told(config, environment)).toEqual(['c', 'postgres://d', 'ca-2'])
    expect(told([...config, '--redis-ca-file', 'ca-3'], environment)[2]).toBe('ca-3')
    expect(told(['--postgres-connection-string-file', 'pg'], environment)).toEqual([
      'c',
      'postgres://b',
      'ca-2',
    ])
    expect(told(['--redis', 'redis://a'])).toContain('--redis')
    expect(told(['--config', 'none'])).toContain('no such file')
    expect(told(['--config', 'broken'])).not.toContain('planted')
  })

  it('says by which setting the authority of Redis was named when its file cannot be read', async () => {
    const config = join(folder, 'landline.yaml')
    writeFileSync(config, 'redis: { caFile: /none/file }\n')
    const variable = { LANDLINE_REDIS_CA_FILE: '/none/variable' }
    const told = await Promise.all([
      doctor(['--config', config]),
      doctor(['--config', config], variable),
      doctor(['--config', config, '--redis-ca-file', '/none/flag'], variable),
    ])
    expect(told.map(({ err }) => err.trim())).toEqual([
      `redis.caFile in ${config}: /none/file cannot be read.`,
      'LANDLINE_REDIS_CA_FILE: /none/variable cannot be read.',
      '--redis-ca-file: /none/flag cannot be read.',
    ])
    expect(told.map(({ code }) => code)).toEqual([2, 2, 2])
  })

  it('refuses what it does not understand', async () => {
    expect((await doctor(['--target', 'two words'])).code).toBe(2)
    expect(parseCliOptions(['--nonsense'], {}).kind).toBe('fault')
    expect(parseCliOptions(['--port', '0'], {}).kind).toBe('fault')
    expect(parseCliOptions(['--target', 'a:1', '--target', 'b:2'], {})).toMatchObject({
      options: { targets: ['a:1', 'b:2'], port: 47_800 },
    })
  })
})

/** A node whose PostgreSQL and Redis speak TLS, under an authority that only its operator knows. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { companyCertificate } from '../certificates.ts'
import { startPostgres, type TestPostgres } from '../services/postgres.ts'
import { startRedis, type TestRedis } from '../services/redis.ts'
import { programSupport } from '../services/service-process.ts'

const HEADLESS = fileURLToPath(new URL('../../server/headless.ts', import.meta.url))
const support = programSupport('redis-server', 'redis-cli', 'initdb', 'postgres', 'psql')

describe.skipIf(support.kind === 'no')('a node of encrypted backends', () => {
  let folder: string
  let postgres: TestPostgres
  let redis: TestRedis
  let authority: string
  let stranger: string
  let running: ChildProcess[] = []
  let count = 0

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'landline-encrypted-'))
    const company = companyCertificate('localhost')
    authority = join(folder, 'authority.pem')
    stranger = join(folder, 'stranger.pem')
    writeFileSync(authority, company.authority)
    writeFileSync(stranger, companyCertificate('localhost').authority)
    const tls = { name: 'localhost', key: company.key, cert: company.cert }
    ;[postgres, redis] = await Promise.all([startPostgres({ tls }), startRedis([], { tls })])
    postgres.sql('CREATE SCHEMA encrypted')
  })
  afterEach(() => {
    for (const child of running) child.kill('SIGKILL')
    running = []
  })
  afterAll(async () => {
    await Promise.all([postgres.dispose(), redis.dispose()])
    rmSync(folder, { recursive: true, force: true })
  })

  function launch(url: string, redisFlags: readonly string[]) {
    const data = join(folder, `node-${++count}`)
    const child = spawn(
      process.execPath,
      [HEADLESS, '--port', '0', '--admin-port', '0', '--data', data, '--open', ...redisFlags],
      {
        env: {
          ...process.env,
          LANDLINE_POSTGRES_CONNECTION_STRING: url,
          LANDLINE_REDIS_CONNECTION_STRING: redis.url,
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    )
    running.push(child)
    const { stdout, stderr } = child
    if (stdout === null || stderr === null) throw new Error('no pipes')
    let said = ''
    stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
    /** The line of a node that listens, or its exit code. */
    const started = Promise.race([
      once(createInterface({ input: stdout }), 'line').then(([line]) => {
        const { admin = '' } = JSON.parse(String(line)) as { admin?: string }
        return { kind: 'listening', admin } as const
      }),
      once(child, 'close').then(([code]) => ({ kind: 'ended', code: Number(code) }) as const),
    ])
    return { started, said: () => said }
  }

  const verified = (root: string): string =>
    `${postgres.url('encrypted')}&sslmode=verify-full&sslrootcert=${encodeURIComponent(root)}`

  /** What readiness says of Redis once it says what is wanted; it connects by itself, in its own time. */
  async function fanOutOf(admin: string, wanted: RegExp): Promise<string> {
    for (;;) {
      const { checks } = (await (await fetch(`${admin}/health/ready`)).json()) as {
        checks: { fanOut: string }
      }
      if (wanted.test(checks.fanOut)) return checks.fanOut
    }
  }

  it('comes up over TLS where the authority is named, without a warning of anybody’s', async () => {
    const node = launch(verified(authority), ['--redis-ca-file', authority])
    const started = await node.started
    if (started.kind === 'ended') throw new Error(node.said())
    expect(await fanOutOf(started.admin, /^ok$/)).toBe('ok')
    expect((await fetch(`${started.admin}/health/ready`)).status).toBe(200)
    expect(node.said()).not.toMatch(/warning/i)
    // Both refuse whoever comes unencrypted.
    const plain = launch(postgres.url('encrypted'), ['--redis-ca-file', authority])
    expect(await plain.started).toEqual({ kind: 'ended', code: 1 })
    expect(plain.said()).toMatch(/PostgreSQL cannot be used: .*no encryption/)
  })

  it('is refused in words where another authority is named, or none', async () => {
    const node = launch(verified(stranger), ['--redis-ca-file', authority])
    expect(await node.started).toEqual({ kind: 'ended', code: 1 })
    expect(node.said()).toMatch(/PostgreSQL cannot be used: .*self-signed certificate/)
    for (const flags of [['--redis-ca-file', stranger], []]) {
      const other = launch(verified(authority), flags)
      const started = await other.started
      if (started.kind === 'ended') throw new Error(other.said())
      // It serves on without Redis, and says why.
      expect(await fanOutOf(started.admin, /certificate/)).toMatch(/^Redis: .*self-signed/)
      expect((await fetch(`${started.admin}/health/ready`)).status).toBe(503)
    }
  })
})

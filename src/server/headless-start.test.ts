/** The start of a real server whose PostgreSQL is not there yet, or is another than it was told. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { type HeadlessProcess, launchHeadless } from '../testing/headless-process.ts'
import { startPostgres, type TestPostgres } from '../testing/services/postgres.ts'
import { freePort } from '../testing/services/service-process.ts'

let folder: string
let postgres: TestPostgres
let server: HeadlessProcess | undefined
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'landline-start-'))
  postgres = await startPostgres()
  postgres.sql('CREATE SCHEMA start')
}, 60_000)
afterEach(() => server?.signal('SIGKILL'))
afterAll(async () => {
  await postgres.dispose()
  rmSync(folder, { recursive: true, force: true })
})

function launch(url: string): HeadlessProcess {
  const variables = { LANDLINE_POSTGRES_CONNECTION_STRING: url, LANDLINE_SECRET: 'of this test' }
  return (server = launchHeadless(['--port', '0', '--data', folder], variables))
}

/** Every line on stderr is an entry of the log. */
const entries = (said: string): { msg: string; level: number }[] =>
  said
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { msg: string; level: number })

it('waits for PostgreSQL that starts after it, and says so; SIGHUP is kept until it serves', async () => {
  await postgres.kill()
  const { line, signal, exited, said } = launch(postgres.url('start'))
  await line(/"fault":"connect ECONNREFUSED.*PostgreSQL is not there yet/)
  signal('SIGHUP')
  await postgres.start()
  await line(/limits and log level were reloaded/)
  signal('SIGTERM')
  expect(await exited).toBe(0)
  const words = entries(said()).map(({ msg }) => msg)
  expect(words.filter((msg) => msg.includes('reloaded'))).toHaveLength(1)
  expect(words).toContain('draining')
  expect(words.at(-1)).toBe('stopped')
}, 60_000)

it('[D16] ends well and at once when it is asked to while it waits for PostgreSQL', async () => {
  const { line, signal, exited, said } = launch(
    `postgres://me:planted@127.0.0.1:${await freePort()}/x`,
  )
  // Whoever waited on would write of the next try as well.
  await line(/"againInMs":4000/)
  signal('SIGTERM')
  expect(await exited).toBe(0)
  const words = entries(said()).map(({ msg }) => msg)
  expect(words.slice(5)).toEqual(['draining', 'stopped'])
  expect(said()).not.toContain('planted')
}, 60_000)

it('ends at once with a sentence when there is no such database', async () => {
  const { said, exited } = launch(postgres.url('start').replace('/postgres?', '/nowhere?'))
  expect(await exited).toBe(1)
  expect(entries(said())).toMatchObject([
    { level: 60, msg: 'PostgreSQL cannot be used: database "nowhere" does not exist' },
  ])
}, 30_000)

it.each([
  ['its options are wrong', 2, ['--prot', '1'], '--prot is not known. Did you mean --port?'],
  ['a file cannot be read', 2, ['--secret-file', '/nowhere/secret'], '/nowhere/secret'],
  [
    'it is told to be silent',
    2,
    ['--log-level', 'silent', '--tls-key', 'a', '--tls-cert', 'b'],
    'a',
  ],
])(
  'says in an entry of the log why it does not start when %s',
  async (_, code, flags, words) => {
    const { said, exited } = (server = launchHeadless(['--port', '0', '--data', folder, ...flags]))
    expect(await exited).toBe(code)
    const [entry, ...more] = entries(said())
    expect(more).toEqual([])
    expect(entry?.level).toBe(60)
    expect(JSON.stringify(entry)).toContain(words)
  },
  30_000,
)

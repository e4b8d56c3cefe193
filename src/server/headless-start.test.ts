/** The start of a real server whose PostgreSQL is not there yet, or is another than it was told. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { type HeadlessProcess, launchHeadless } from '../testing/headless-process.ts'
import { startPostgres, type TestPostgres } from '../testing/services/postgres.ts'

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

it('waits for PostgreSQL that starts after it, and says so', async () => {
  await postgres.kill()
  const { line, signal, exited } = launch(postgres.url('start'))
  await line(/"fault":"connect ECONNREFUSED.*PostgreSQL is not there yet/)
  await postgres.start()
  await line(/"serving"/)
  signal('SIGTERM')
  expect(await exited).toBe(0)
}, 60_000)

it('ends at once with a sentence when there is no such database', async () => {
  const { said, exited } = launch(postgres.url('start').replace('/postgres?', '/nowhere?'))
  expect(await exited).toBe(1)
  expect(said()).toBe('PostgreSQL cannot be used: database "nowhere" does not exist\n')
}, 30_000)

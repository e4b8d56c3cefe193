/** The operators' command line on PostgreSQL, beside a node that runs and is told nothing by anybody. */
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { rawClient, rawPerson } from '../../testing/raw-client.ts'
import { startPostgres, type TestPostgres } from '../../testing/services/postgres.ts'
import { prepareSharedBackends } from '../shared-backends.ts'
import { type RunningServer, startServer } from '../start-server.ts'
import { manageIntegrations } from './manage-integrations.ts'
import { managePeople } from './manage-people.ts'

const OWNER = 'the invite of the owner'
const SECRET = 'the secret of the others'

let folder: string
let postgres: TestPostgres
let server: RunningServer
let environment: Readonly<Record<string, string>>
const printed: string[] = []
const output = { out: (line: string) => void printed.push(line), say() {} }

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'landline-cli-'))
  postgres = await startPostgres()
  postgres.sql('CREATE SCHEMA nodes')
  const url = postgres.url('nodes')
  environment = { LANDLINE_POSTGRES_CONNECTION_STRING: url, LANDLINE_DATA_DIR: folder }
  const prepared = prepareSharedBackends({ postgres: url })
  if (prepared.kind === 'fault') throw new Error(prepared.message)
  const started = await startServer(
    {
      ...{ dataDir: join(folder, 'node'), host: '127.0.0.1', port: 0 },
      ...{ shared: prepared.backends, admission: { kind: 'secret', secret: SECRET } },
      owner: { firstInvite: { token: OWNER, label: 'owner', role: 'host' } },
      integrations: { enabled: true, allowPrivateTargets: true },
    },
    { info() {}, warn() {} },
  )
  if (started.kind === 'failed') throw new Error(started.message)
  server = started
}, 60_000)
afterAll(async () => {
  await server.stop()
  await postgres.dispose()
  rmSync(folder, { recursive: true, force: true })
})

it('webhooks that are made work on the node soon, and not any more once they are revoked', async () => {
  const receiver = createServer()
  receiver.listen(0, '127.0.0.1')
  await once(receiver, 'listening')
  const { port } = receiver.address() as AddressInfo
  const delivered = once(receiver, 'request') as Promise<[unknown, ServerResponse]>
  const host = await rawClient(server.url, rawPerson('Ada'))
  await host.enter(OWNER)
  const create = async (...args: string[]): Promise<string> => {
    const made = ['create', ...args, '--room', 'general']
    expect(await manageIntegrations(made, environment, output)).toBe(0)
    return printed.pop() ?? ''
  }
  const path = await create('incoming', '--name', 'Build server')
  await create('outgoing', '--name', 'Archive', '--url', `http://127.0.0.1:${port}/`)
  host.post(host.general(), 'to be archived')
  // Whoever is told of it by the one knows the other as well.
  const [, answer] = await delivered
  answer.end()
  const post = async (): Promise<number> => {
    const headers = { 'Content-Type': 'application/json' }
    const body = '{"text":"built"}'
    return (await fetch(`${server.httpUrl}${path}`, { method: 'POST', headers, body })).status
  }
  expect(await post()).toBe(200)

  const hook = path.split('/')[2] ?? ''
  expect(await manageIntegrations(['revoke', hook], environment, output)).toBe(0)
  await host.next('people', ({ members }) => members.some(({ id, gone }) => id === hook && gone))
  expect(await post()).toBe(404)
  receiver.closeAllConnections()
  receiver.close()
}, 60_000)

it('[I9] who is banned is cut off soon', async () => {
  const eve = await rawClient(server.url, rawPerson('Eve'))
  await eve.enter(SECRET)
  expect(await managePeople(['ban', eve.person.member], environment, output)).toBe(0)
  await eve.closed()
  expect(eve.received.at(-1)).toMatchObject({ type: 'rejected', code: 'banned' })
}, 60_000)

/** The end of a real server whose neighbours do not do their part. */
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  type ListeningProcess,
  startHeadless,
  type Variables,
} from '../testing/headless-process.ts'
import { rawClient } from '../testing/raw-client.ts'
import { startPostgres } from '../testing/services/postgres.ts'
import { freePort } from '../testing/services/service-process.ts'

const SECRET = 'a secret of this test'

let folder: string
const undo: (() => unknown)[] = []
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'landline-drain-'))))
afterEach(async () => {
  for (const each of undo.splice(0).toReversed()) await each()
  rmSync(folder, { recursive: true, force: true })
})

async function serve(args: readonly string[], variables: Variables = {}) {
  const server = await startHeadless(['--port', '0', '--data', folder, ...args], {
    ...{ LANDLINE_SECRET: SECRET, ...variables },
  })
  undo.push(() => server.signal('SIGKILL'))
  return server
}

/** Exit code, and how long it took from SIGTERM. */
async function drained(server: ListeningProcess) {
  const startedAt = performance.now()
  server.signal('SIGTERM')
  const code = await server.exited
  return { code, ms: performance.now() - startedAt }
}

async function silentCollector(): Promise<number> {
  const collector = createServer(() => {})
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve))
  undo.push(() => {
    collector.closeAllConnections()
    collector.close()
  })
  return (collector.address() as AddressInfo).port
}

describe('[D16] the server ends within ten seconds, as it should', () => {
  it.each([
    ['refuses', freePort],
    ['does not answer', silentCollector],
  ])('while the collector of its traces %s', async (_, collector) => {
    const endpoint = `http://127.0.0.1:${await collector()}/v1/traces`
    const tracing = ['--monitoring-enable-tracing', '--monitoring-tracing-endpoint', endpoint]
    const server = await serve(tracing)
    const client = await rawClient(server.url)
    await client.enter(SECRET)
    client.post(client.general(), 'traced')
    await client.next('ack')
    const { code, ms } = await drained(server)
    expect(code).toBe(0)
    expect(ms).toBeLessThan(10_000)
    expect(server.said()).toContain('the last traces were not sent')
    expect(server.said()).toContain('"stopped"')
  })

  it('while PostgreSQL hangs, and what it acknowledged is there afterwards', async () => {
    const postgres = await startPostgres()
    undo.push(() => postgres.dispose())
    postgres.sql('CREATE SCHEMA drain')
    const variables = { LANDLINE_POSTGRES_CONNECTION_STRING: postgres.url('drain') }
    const server = await serve([], variables)
    const client = await rawClient(server.url)
    await client.enter(SECRET)
    const room = client.general()
    const kept = client.post(room, 'acknowledged')
    await client.next('ack')
    postgres.freeze()
    const waiting = client.post(room, 'not acknowledged')
    const { code, ms } = await drained(server)
    expect(code).toBe(0)
    expect(ms).toBeLessThan(10_000)
    expect((await client.closed()).code).toBe(1012)
    expect(client.received.filter(({ type }) => type === 'ack')).toHaveLength(1)
    postgres.thaw()
    const next = await serve([], variables)
    const again = await rawClient(next.url, client.person)
    await again.enter(SECRET)
    for (const [id, text] of [
      [kept, 'acknowledged'],
      [waiting, 'not acknowledged'],
    ] as const) {
      again.post(room, text, id)
      await again.next('ack', (ack) => ack.id === id)
    }
    const { page } = await again.next('reset', (reset) => reset.room.id === room)
    expect(page.messages.filter((message) => message.id === kept)).toHaveLength(1)
  }, 60_000)
})

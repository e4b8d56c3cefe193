import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { manualClock } from '../../testing/manual-clock.ts'
import type { Health } from '../hub/health.ts'
import type { NodeState } from './metrics/node-gauges.ts'
import { createOperations } from './operations.ts'
import { liveSettings } from './options/live-settings.ts'
import { settingsSchema } from './options/settings.ts'

const INNER = 'PostgreSQL: connect ECONNREFUSED 10.0.0.7:5432'

const undo: (() => unknown)[] = []
afterEach(async () => {
  for (const each of undo.splice(0).toReversed()) await each()
})

/** Operations on a clock that stands still, with a public port that has nothing else behind it. */
async function watched(given: object) {
  const settings = settingsSchema.parse(given)
  const clock = manualClock()
  const log = { debug() {}, info() {}, warn() {} }
  const live = liveSettings(settings)
  const operations = createOperations({ settings, live, clock, log, tracing: null })
  const node = { asked: 0, store: { ok: true } as Health, queuedBytes: 0, shed: [] as number[] }
  const state: NodeState = {
    ...{ connections: () => 0, onlinePeople: () => 0, isDraining: () => false },
    queuedBytes: () => node.queuedBytes,
    shed: (maxBytes) => node.shed.push(maxBytes),
  }
  const store = {
    name: 'store',
    check() {
      node.asked++
      return node.store
    },
  }
  const started = await operations.start({ state, dependencies: [store] })
  const door = createServer((request, response) => {
    if (!operations.answers(request, response)) response.writeHead(404).end()
  })
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve))
  undo.push(async () => {
    door.closeAllConnections()
    door.close()
    await operations.stop()
  })
  return {
    ...{ node, clock, admin: started.kind === 'started' ? (started.adminUrl ?? '') : '' },
    door: `http://127.0.0.1:${(door.address() as AddressInfo).port}`,
  }
}

async function get(url: string, headers: Record<string, string> = {}) {
  const response = await fetch(url, { headers })
  return { status: response.status, text: await response.text() }
}

const FROM_AFAR = [
  { 'x-forwarded-for': '203.0.113.7' },
  { 'x-forwarded-for': '127.0.0.1' },
  { forwarded: 'for=203.0.113.7' },
  { 'x-real-ip': '203.0.113.7' },
] as const

describe('readiness', () => {
  it('tells strangers that a part failed, and operators why', async () => {
    const { node, door, admin } = await watched({ admin: { port: 0 } })
    node.store = { ok: false, reason: INNER }
    const inside = await get(`${admin}/health/ready`)
    expect(inside.status).toBe(503)
    expect(JSON.parse(inside.text)).toMatchObject({ checks: { store: INNER, serving: 'ok' } })
    const outside = await get(`${door}/health/ready`)
    expect(outside.status).toBe(503)
    expect(JSON.parse(outside.text)).toEqual({
      status: 'not-ready',
      checks: { serving: 'ok', store: 'failed', lag: 'ok' },
    })
    expect((await get(`${door}/health/ready?exclude=store`)).status).toBe(200)
  })

  it('tells somebody at this computer why, where there is no port for it, but nobody behind a proxy', async () => {
    const { node, door } = await watched({})
    node.store = { ok: false, reason: INNER }
    expect((await get(`${door}/health/ready`)).text).toContain(INNER)
    for (const headers of FROM_AFAR) {
      const { status, text } = await get(`${door}/health/ready`, headers)
      expect(status).toBe(503)
      expect(text).not.toContain('10.0.0.7')
    }
  })

  it('asks the store for strangers once a second, however many they are', async () => {
    const { node, door, clock } = await watched({ admin: { port: 0 } })
    for (let i = 0; i < 5; i++) expect((await get(`${door}/health/ready`)).status).toBe(200)
    expect(node.asked).toBe(1)
    node.store = { ok: false, reason: INNER }
    await clock.advance(1_000)
    expect((await get(`${door}/health/ready`)).status).toBe(503)
    expect(node.asked).toBe(2)
  })

  it('is false after the event loop was late, for a while, whoever asks meanwhile', async () => {
    const { door, admin, clock } = await watched({
      ...{ admin: { port: 0 }, monitoring: { maxLagMilliseconds: 1_000 } },
    })
    expect((await get(`${admin}/health/ready`)).status).toBe(200)
    // Twice, since the delay is measured from one tick of the system's to the next, and none may have been yet.
    for (let i = 0; i < 2; i++) {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_200)
      await get(`${door}/health`)
    }
    for (let i = 0; i < 3; i++) expect((await get(`${door}/health/ready`)).status).toBe(503)
    const late = await get(`${admin}/health/ready`)
    expect(late.status).toBe(503)
    expect(JSON.parse(late.text)).toMatchObject({
      checks: { lag: expect.stringContaining('late') },
    })
    await clock.advance(10_000)
    expect((await get(`${admin}/health/ready`)).status).toBe(200)
  })
})

describe('what is switched off or elsewhere', () => {
  const status = async (...urls: readonly string[]) =>
    await Promise.all(urls.map(async (url) => (await get(url)).status))

  it('answers nowhere: enableHealthChecks, enableMetrics', async () => {
    const off = { enableHealthChecks: false, enableMetrics: false }
    for (const given of [{ monitoring: off }, { monitoring: off, admin: { port: 0 } }]) {
      const { door, admin } = await watched(given)
      const ports = admin === '' ? [door] : [door, admin]
      for (const port of ports) {
        const paths = [`${port}/health`, `${port}/health/ready`, `${port}/metrics`]
        expect(await status(...paths)).toEqual([404, 404, 404])
      }
    }
  })

  it('answers under its own name only: healthEndpoint, metricsEndpoint', async () => {
    const monitoring = { healthEndpoint: '/healthz', metricsEndpoint: '/figures' }
    const { door } = await watched({ monitoring })
    expect(await status(`${door}/health`, `${door}/health/ready`, `${door}/metrics`)).toEqual([
      404, 404, 404,
    ])
    expect(await status(`${door}/healthz`, `${door}/healthz/ready`, `${door}/figures`)).toEqual([
      200, 200, 200,
    ])
  })
})

it('figures are for this computer only, and a proxy on it speaks for others', async () => {
  const { door } = await watched({})
  expect((await get(`${door}/metrics`)).status).toBe(200)
  for (const headers of FROM_AFAR) {
    expect((await get(`${door}/metrics`, headers)).status).toBe(404)
  }
})

it('[D15] what waits in all queues together has a bound, maxQueuedBytes', async () => {
  const { node, clock } = await watched({ maxQueuedBytes: 2_097_152 })
  node.queuedBytes = 2_097_152
  await clock.advance(1_000)
  expect(node.shed).toEqual([])
  node.queuedBytes++
  await clock.advance(1_000)
  expect(node.shed).toEqual([2_097_152])
})

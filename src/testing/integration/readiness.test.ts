/** Readiness of a node whose real neighbours go away and come back. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createOperations } from '../../server/ops/operations.ts'
import { liveSettings } from '../../server/ops/options/live-settings.ts'
import { settingsSchema } from '../../server/ops/options/settings.ts'
import { systemClock } from '../../server/ops/system-clock.ts'
import { clusterKit, type ClusterKit } from '../cluster-kit.ts'

let kit: ClusterKit
beforeAll(async () => {
  kit = await clusterKit()
}, 60_000)
afterAll(() => kit.dispose(), 60_000)

async function watchedNode() {
  const settings = settingsSchema.parse({ admin: { port: 0 } })
  const log = { debug() {}, info() {}, warn() {} }
  const live = liveSettings(settings)
  const server = await kit.node(
    {},
    createOperations({ settings, live, clock: systemClock(), log, tracing: null }),
  )
  const ready = async (query = '') => {
    const response = await fetch(`${server.adminUrl}/health/ready${query}`)
    const { checks } = (await response.json()) as { checks: Readonly<Record<string, string>> }
    return { status: response.status, checks }
  }
  /** Asks until it is so, as long as the test may take. */
  const turns = async (status: number) => {
    for (;;) {
      const answer = await ready()
      if (answer.status === status) return answer
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
  return { ready, turns }
}

it('is false and says why while PostgreSQL is away, and true again by itself', async () => {
  const { turns } = await watchedNode()
  await turns(200)
  await kit.postgres.kill()
  const { checks } = await turns(503)
  expect(checks).toMatchObject({ store: expect.stringContaining('PostgreSQL'), fanOut: 'ok' })
  await kit.postgres.start()
  await turns(200)
}, 60_000)

it('is false and says why while Redis is away, unless Redis is left out', async () => {
  const { ready, turns } = await watchedNode()
  await turns(200)
  await kit.redis.kill()
  const { checks } = await turns(503)
  expect(checks).toMatchObject({ store: 'ok', fanOut: expect.stringContaining('Redis') })
  expect((await ready('?exclude=fanOut')).status).toBe(200)
  await kit.redis.start()
  await turns(200)
}, 60_000)

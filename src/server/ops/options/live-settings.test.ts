import { expect, it } from 'vitest'
import { liveSettings } from './live-settings.ts'
import { settingsSchema } from './settings.ts'

it('limits change for those who hold them already when the settings are replaced', () => {
  const live = liveSettings(settingsSchema.parse({}))
  const { writes, typing, address } = live
  expect(writes).toMatchObject({ perMinute: 60, burst: 10 })
  expect(typing).toMatchObject({ perMinute: 240, burst: 60 })
  const rateLimit = { requestsPerMinute: 120, burstSize: 20, windowSeconds: 30, typingPerMinute: 2 }
  live.replace(settingsSchema.parse({ rateLimit, maxConnections: 7 }))
  expect(writes).toMatchObject({ perMinute: 240, burst: 20 })
  expect(typing).toMatchObject({ perMinute: 2, burst: 1 })
  expect(live.maxConnections).toBe(7)
  live.replace(settingsSchema.parse({ rateLimit: { enabled: false } }))
  expect(writes.perMinute).toBeGreaterThan(1_000_000)
  expect(address.connections).toBeGreaterThan(100_000)
  expect(address.wrongCredentials.perMinute).toBe(10)
  live.replace(settingsSchema.parse({ rateLimit: { messagesPerMinute: 6_000 } }))
  expect(writes).toMatchObject({ perMinute: 6_000, burst: 1_000 })
})

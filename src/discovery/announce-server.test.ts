import { expect, it } from 'vitest'
import { sessionIdSchema } from '../protocol/ids.ts'
import { manualClock } from '../testing/manual-clock.ts'
import type { HostedSession } from './announce.ts'
import { announceServer, LOOK_MS } from './announce-server.ts'

it('announces a server as it is, follows what changes, and says goodbye', async () => {
  const clock = manualClock()
  const log: unknown[] = []
  let people = 0
  const describe = (): HostedSession => ({
    sessionId: sessionIdSchema.parse('0190a000-0000-7000-8000-000000000001'),
    ...{ name: 'Ward 3', host: 'ward', protocolVersion: 2, people, passphrase: false },
    ...{ open: false, selectors: ['7K'], port: 47_800 },
  })
  const discovery = {
    announce(session: HostedSession) {
      log.push(session.people)
      return {
        update: (next: HostedSession) => void log.push(next.people),
        stop: () => Promise.resolve(void log.push('goodbye')),
      }
    },
  }
  const announcing = announceServer(discovery, clock, describe)
  people = 5
  await clock.advance(LOOK_MS)
  await announcing.stop()
  await clock.advance(10 * LOOK_MS)
  expect(log).toEqual([0, 5, 'goodbye'])
  expect(clock.pendingTimers()).toBe(0)
})

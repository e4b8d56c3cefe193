import { codesContract } from './contracts/codes-contract.ts'
import { manualClock } from './manual-clock.ts'
import { memoryCodes } from './memory-codes.ts'
import { memoryStore } from './memory-store.ts'
import { seededRandom } from './seeded-random.ts'

codesContract('in memory', () => {
  const clock = manualClock()
  const random = seededRandom(5)
  const { registry } = memoryStore(() => random.uuid())
  const codes = memoryCodes(() => clock.monotonic(), registry)
  return Promise.resolve({
    nodes: [codes, codes] as const,
    registry,
    pass: (ms) => clock.advance(ms),
  })
})

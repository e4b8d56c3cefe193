import { codesContract } from './contracts/codes-contract.ts'
import { manualClock } from './manual-clock.ts'
import { memoryCodes } from './memory-codes.ts'

codesContract('in memory', () => {
  const clock = manualClock()
  const codes = memoryCodes(() => clock.monotonic())
  return Promise.resolve({ nodes: [codes, codes] as const, pass: (ms) => clock.advance(ms) })
})

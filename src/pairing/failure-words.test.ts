import { describe, expect, it } from 'vitest'
import { pairingFailureWords } from './failure-words.ts'

describe('what a person reads when pairing fails', () => {
  it('says how long to wait', () => {
    const words = (retryAfterMs?: number): string =>
      pairingFailureWords({
        why: 'too-many-tries',
        ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      })
    expect(words(8_000)).toContain('in 8 seconds')
    expect(words(540_000)).toContain('in 9 minutes')
    expect(words(1_000)).toContain('Wait a little')
    expect(words()).toContain('Wait a little')
  })

  it('names why a code led nowhere, with the fix', () => {
    const words = (problem: 'no-network' | 'other-code' | null): string =>
      pairingFailureWords({ why: 'not-found', report: { problem } })
    expect(words('no-network')).toContain('same Wi-Fi')
    expect(words('other-code')).toContain('the host’s screen')
    expect(words(null)).toContain('invite link')
    expect(pairingFailureWords({ why: 'not-found', report: null })).toContain('invite link')
    // Of one host that was found, its own reason counts.
    expect(
      pairingFailureWords({ why: 'wrong-code', report: { problem: 'nothing-answered' } }),
    ).toContain('somebody may be in between')
  })
})

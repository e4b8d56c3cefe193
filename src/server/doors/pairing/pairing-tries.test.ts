import { describe, expect, it } from 'vitest'
import { manualClock } from '../../../testing/manual-clock.ts'
import { addressGroup } from '../../hub/address-group.ts'
import { createPairingTries, type TryAnswer } from './pairing-tries.ts'

function tries() {
  const clock = manualClock()
  const ended: string[] = []
  return { clock, ended, tries: createPairingTries(clock, (code) => ended.push(code)) }
}
function settle(answer: TryAnswer<void>, right: boolean): void {
  if (answer.kind === 'too-many') throw new Error('too many')
  answer.settle(right)
}

describe('guessing codes', () => {
  it('[T9] ends a code at the fifth wrong try, and right ones do not count', () => {
    const { tries: counter, ended } = tries()
    for (let round = 0; round < 10; round++) settle(counter.withCode('A'), true)
    for (let round = 0; round < 4; round++) settle(counter.withCode('A'), false)
    settle(counter.withCode('A'), true)
    expect(ended).toEqual([])
    settle(counter.withCode('A'), false)
    expect(ended).toEqual(['A'])
  })

  it('[T9] counts tries from their start, so that many at once are no way around', () => {
    const { tries: counter, ended } = tries()
    const running = [1, 2, 3, 4, 5].map(() => counter.withCode('A'))
    expect(running.map(({ kind }) => kind)).toEqual(Array(5).fill('started'))
    expect(counter.withCode('A')).toEqual({ kind: 'too-many', retryAfterMs: 1_000, alarm: false })
    expect(ended).toEqual([])
    settle(running[0]!, true)
    const sixth = counter.withCode('A')
    for (const one of running.slice(1)) settle(one, false)
    expect(ended).toEqual([])
    settle(sixth, false)
    expect(ended).toEqual(['A'])
  })

  it('[T9] of ever new codes stops at thirty in ten minutes', async () => {
    const { tries: counter, clock, ended } = tries()
    for (let code = 0; code < 6; code++) {
      for (let round = 0; round < 5; round++) {
        settle(counter.withCode(`${code}`), false)
        await clock.advance(1_000)
      }
    }
    expect(ended).toHaveLength(6)
    expect(counter.withCode('6')).toEqual({ kind: 'too-many', retryAfterMs: 570_000, alarm: true })
    expect(counter.withCode('6')).toMatchObject({ alarm: false })
    await clock.advance(569_999)
    expect(counter.withCode('6').kind).toBe('too-many')
    await clock.advance(1)
    expect(counter.withCode('6').kind).toBe('started')
  })

  it('forgets codes that ended otherwise', () => {
    const { tries: counter, ended } = tries()
    const running = counter.withCode('A')
    for (let round = 0; round < 4; round++) settle(counter.withCode('A'), false)
    counter.keepOnly(['B'])
    settle(running, false)
    expect(ended).toEqual([])
  })
})

describe('guessing the passphrase', () => {
  it('[T9] waits longer after each wrong one, and stops at ten in ten minutes', async () => {
    const { tries: counter, clock } = tries()
    const waits: number[] = []
    for (let round = 0; round < 10; round++) {
      const answer = counter.withPassphrase()
      if (answer.kind === 'too-many') {
        waits.push(answer.retryAfterMs)
        expect(answer.alarm).toBe(false)
        await clock.advance(answer.retryAfterMs)
        settle(counter.withPassphrase(), false)
      } else {
        waits.push(0)
        settle(answer, false)
      }
    }
    expect(waits).toEqual([0, 0, 0, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000])
    const stopped = counter.withPassphrase()
    // Until the first three, which were at once, are ten minutes old.
    expect(stopped).toEqual({ kind: 'too-many', retryAfterMs: 600_000 - 123_000, alarm: true })
    await clock.advance(600_000 - 123_000)
    expect(counter.withPassphrase().kind).toBe('started')
  })

  it('does not count right ones', () => {
    const { tries: counter } = tries()
    for (let round = 0; round < 50; round++) settle(counter.withPassphrase(), true)
    expect(counter.withPassphrase().kind).toBe('started')
  })
})

describe('what counts as one peer', () => {
  it.each([
    ['192.168.1.7', '192.168.1.7'],
    ['::ffff:192.168.1.7', '192.168.1.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80::1%eth0'],
    ['unknown', 'unknown'],
  ])('%s is %s', (address, group) => {
    expect(addressGroup(address)).toBe(group)
  })
})

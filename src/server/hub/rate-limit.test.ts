import { describe, expect, it } from 'vitest'
import { fullBucket, isFull, takeToken } from './rate-limit.ts'

describe('a token bucket', () => {
  const size = { burst: 3, perMinute: 60 }

  it('gives its burst at once and then says how long to wait', () => {
    const bucket = fullBucket(size, 0)
    expect([1, 2, 3].map(() => takeToken(bucket, size, 0))).toEqual([0, 0, 0])
    expect(takeToken(bucket, size, 0)).toBe(1_000)
    expect(takeToken(bucket, size, 400)).toBe(600)
    expect(takeToken(bucket, size, 1_000)).toBe(0)
  })

  it('is never promised too early: after the wait there is a token', () => {
    const odd = { burst: 1, perMinute: 7 }
    const bucket = fullBucket(odd, 0)
    let now = 0
    for (let round = 0; round < 100; round++) {
      const wait = takeToken(bucket, odd, now)
      if (wait > 0) expect(takeToken(bucket, odd, now + wait)).toBe(0)
      now += wait
    }
  })

  it('fills up to its burst and no further', () => {
    const bucket = fullBucket(size, 0)
    takeToken(bucket, size, 0)
    expect(isFull(bucket, size, 999)).toBe(false)
    expect(isFull(bucket, size, 1_000)).toBe(true)
    for (let index = 0; index < 3; index++) expect(takeToken(bucket, size, 3_600_000)).toBe(0)
    expect(takeToken(bucket, size, 3_600_000)).toBeGreaterThan(0)
  })

  it('gives one of several nodes its share, the next one when promised, and the rest once it is alone', () => {
    const shared = { burst: 6, perMinute: 60 }
    const bucket = fullBucket(shared, 0)
    const take = (now: number, nodes: number, count = 1): number =>
      takeToken(bucket, shared, now, count, nodes)
    expect([1, 2, 3].map(() => take(0, 3))).toEqual([0, 0, 3_000])
    expect(take(2_900, 3)).toBeGreaterThan(0)
    expect(take(3_000, 3)).toBe(0)
    expect([1, 2, 3, 4, 5].map(() => take(3_000, 1))).toEqual([0, 0, 0, 0, 1_000])
    // However small the share is, what is asked for at once comes in time.
    expect(take(243_000, 12, 2)).toBe(0)
    expect(take(243_000, 12)).toBeGreaterThan(12_000)
  })
})

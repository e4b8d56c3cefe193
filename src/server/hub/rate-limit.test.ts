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
})

/** A token bucket: holds up to `burst`, refilled evenly. Time is monotonic milliseconds. */
export interface Bucket {
  tokens: number
  updatedAt: number
}

export interface BucketSize {
  readonly burst: number
  readonly perMinute: number
}

export function fullBucket(size: BucketSize, now: number): Bucket {
  return { tokens: size.burst, updatedAt: now }
}

/** Takes tokens, one by default. Answers 0 when there were enough, or else the milliseconds until there are. */
export function takeToken(bucket: Bucket, size: BucketSize, now: number, count = 1): number {
  refill(bucket, size, now)
  if (bucket.tokens >= count) {
    bucket.tokens -= count
    return 0
  }
  return Math.max(1, Math.ceil(((count - bucket.tokens) * 60_000) / size.perMinute))
}

export function isFull(bucket: Bucket, size: BucketSize, now: number): boolean {
  refill(bucket, size, now)
  return bucket.tokens >= size.burst
}

function refill(bucket: Bucket, size: BucketSize, now: number): void {
  const earned = ((now - bucket.updatedAt) * size.perMinute) / 60_000
  bucket.tokens = Math.min(size.burst, bucket.tokens + earned)
  bucket.updatedAt = now
}

/** As many at once as in a minute. */
export function perMinute(count: number): BucketSize {
  return { burst: count, perMinute: count }
}

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

/**
 * Takes tokens, one by default. Answers 0 when there were enough, or else the milliseconds until there are. Whose
 * budget is divided between several nodes takes only this node's share of it: the rest is kept back for the others,
 * and is there again when they are gone.
 */
export function takeToken(
  bucket: Bucket,
  size: BucketSize,
  now: number,
  count = 1,
  nodes = 1,
): number {
  refill(bucket, size, now, nodes)
  const missing = count + keptBack(size.burst, count, nodes) - bucket.tokens
  if (missing <= 0) {
    bucket.tokens -= count
    return 0
  }
  return Math.max(1, Math.ceil((missing * 60_000 * nodes) / size.perMinute))
}

/** Of a budget, what is for the other nodes. What is asked for at once must fit the share, however small it is. */
export function keptBack(burst: number, count: number, nodes: number): number {
  return burst - Math.max(burst / nodes, Math.min(burst, count))
}

export function isFull(bucket: Bucket, size: BucketSize, now: number): boolean {
  refill(bucket, size, now)
  return bucket.tokens >= size.burst
}

function refill(bucket: Bucket, size: BucketSize, now: number, nodes = 1): void {
  const earned = ((now - bucket.updatedAt) * size.perMinute) / 60_000 / nodes
  bucket.tokens = Math.min(size.burst, bucket.tokens + earned)
  bucket.updatedAt = now
}

/** As many at once as in a minute. */
export function perMinute(count: number): BucketSize {
  return { burst: count, perMinute: count }
}

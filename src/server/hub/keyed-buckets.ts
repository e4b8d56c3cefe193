import { type Bucket, type BucketSize, fullBucket, takeToken } from './rate-limit.ts'

/** One bucket for each key. Those that nobody took from for longest are forgotten, in two generations. */
export interface KeyedBuckets<Key> {
  /** 0 when there were as many tokens in the share of one of so many nodes, or else the milliseconds until there are. */
  take(key: Key, count: number, now: number, nodes?: number): number
}

/** Members and addresses are fewer than this, or their buckets have long been full again. */
const MAX_KEPT = 50_000

export function createKeyedBuckets<Key extends string>(size: BucketSize): KeyedBuckets<Key> {
  let young = new Map<Key, Bucket>()
  let old = new Map<Key, Bucket>()
  return {
    take(key, count, now, nodes) {
      let bucket = young.get(key)
      if (bucket === undefined) {
        if (young.size >= MAX_KEPT / 2) {
          old = young
          young = new Map()
        }
        bucket = old.get(key) ?? fullBucket(size, now)
        young.set(key, bucket)
      }
      return takeToken(bucket, size, now, count, nodes)
    },
  }
}

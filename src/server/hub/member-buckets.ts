import type { MemberId } from '../../protocol/ids.ts'
import { type Bucket, type BucketSize, fullBucket, isFull, takeToken } from './rate-limit.ts'

/** Members whose bucket is kept; full ones are the first to be forgotten, which changes nothing. */
const MAX_KEPT = 20_000

/** One bucket for each person, whichever of their devices takes from it. */
export interface MemberBuckets {
  /** 0 when there were as many tokens in the share of one of so many nodes, or else the milliseconds until there are. */
  take(member: MemberId, count: number, now: number, nodes?: number): number
}

export function createMemberBuckets(size: BucketSize): MemberBuckets {
  const kept = new Map<MemberId, Bucket>()

  function bucketOf(member: MemberId, now: number): Bucket {
    let bucket = kept.get(member)
    if (bucket === undefined) {
      if (kept.size >= MAX_KEPT) {
        for (const [id, other] of kept) if (isFull(other, size, now)) kept.delete(id)
      }
      bucket = fullBucket(size, now)
      kept.set(member, bucket)
    }
    return bucket
  }

  return {
    take: (member, count, now, nodes) => takeToken(bucketOf(member, now), size, now, count, nodes),
  }
}

import { addressGroup } from './address-group.ts'
import type { Clock } from './ports.ts'
import { type Bucket, type BucketSize, fullBucket, isFull, takeToken } from './rate-limit.ts'

/** Wrong proofs and secrets of one address (I12). */
const WRONG: BucketSize = { burst: 10, perMinute: 10 }
const MAX_KEPT = 4_096
/** Who guesses on and on is written down once in this time. */
const TELL_EVERY_MS = 600_000

export interface Tries {
  /** Whether the address may try now; asked before anything is looked up. */
  mayTry(address: string): boolean
  /** `stopped` is called when the address has used up its tries, not again for a while. */
  wrong(address: string, stopped: () => void): void
}

export function createTries(clock: Clock): Tries {
  const kept = new Map<string, { readonly bucket: Bucket; toldAt: number | undefined }>()

  function forgetFullOnes(now: number): void {
    for (const [address, { bucket }] of kept) if (isFull(bucket, WRONG, now)) kept.delete(address)
    // So many at once are one attacker with many addresses: the oldest make room.
    for (const address of kept.keys()) {
      if (kept.size < MAX_KEPT) return
      kept.delete(address)
    }
  }

  return {
    mayTry(address) {
      const known = kept.get(addressGroup(address))
      if (known === undefined) return true
      const now = clock.monotonic()
      if (takeToken(known.bucket, WRONG, now) > 0) return false
      // It was only looked at: a right try costs nothing.
      known.bucket.tokens += 1
      return true
    },
    wrong(address, stopped) {
      const now = clock.monotonic()
      const group = addressGroup(address)
      let known = kept.get(group)
      if (known === undefined) {
        if (kept.size >= MAX_KEPT) forgetFullOnes(now)
        known = { bucket: fullBucket(WRONG, now), toldAt: undefined }
        kept.set(group, known)
      }
      takeToken(known.bucket, WRONG, now)
      if (known.bucket.tokens >= 1) return
      if (known.toldAt !== undefined && now - known.toldAt < TELL_EVERY_MS) return
      known.toldAt = now
      stopped()
    },
  }
}

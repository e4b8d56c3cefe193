import { addressGroup } from './address-group.ts'
import type { Clock, Log, Store } from './ports.ts'
import { type Bucket, type BucketSize, fullBucket, isFull, takeToken } from './rate-limit.ts'

/** Wrong proofs and secrets of one address (I12), unless the operator says otherwise. */
export const WRONG_TRIES: BucketSize = { burst: 10, perMinute: 10 }
const MAX_KEPT = 4_096
/** Of one address, behind those whose tries are under way. */
const MAX_IN_LINE = 512
/** Who guesses on and on is written down once in this time. */
const TELL_EVERY_MS = 600_000

export interface Tries {
  /** Whether the address may try now; asked before anything is looked up. */
  mayTry(address: string): boolean
  wrong(address: string): void
  /**
   * The same for a try whose outcome is known later. As many may be under way as may still be wrong; who comes
   * behind them waits for one that was right, as long as it is `isWanted`. Undefined when the address may not try,
   * and when too many wait already.
   */
  begin(address: string, isWanted: () => boolean): Promise<Try | undefined>
}

/** Under way, until one of the two is said of it. */
export interface Try {
  right(): void
  wrong(): void
}

interface InLine {
  readonly address: string
  isWanted(): boolean
  turn(begun: Try | undefined): void
}

interface Known {
  readonly bucket: Bucket
  toldAt: number | undefined
  underWay: number
  waiting: InLine[]
}

/** `stopped` is called when an address has used up its tries, not again for a while. */
export function createTries(
  clock: Clock,
  stopped: (address: string) => void,
  /** As it is at each time: it may change meanwhile. */
  limit: BucketSize = WRONG_TRIES,
): Tries {
  const kept = new Map<string, Known>()

  function forgetFullOnes(now: number): void {
    for (const [group, known] of kept) {
      if (known.underWay === 0 && isFull(known.bucket, limit, now)) kept.delete(group)
    }
    // So many at once are one attacker with many addresses: the oldest make room.
    for (const [group, { underWay }] of kept) {
      if (kept.size < MAX_KEPT) return
      if (underWay === 0) kept.delete(group)
    }
  }

  function knownOf(address: string, now: number): Known {
    const group = addressGroup(address)
    let known = kept.get(group)
    if (known === undefined) {
      if (kept.size >= MAX_KEPT) forgetFullOnes(now)
      known = { bucket: fullBucket(limit, now), toldAt: undefined, underWay: 0, waiting: [] }
      kept.set(group, known)
    }
    return known
  }

  /** Whether one more could be wrong, if all that are under way were. */
  function hasPlace({ bucket, underWay }: Known, now: number): boolean {
    if (takeToken(bucket, limit, now, underWay + 1) > 0) return false
    // It was only looked at: a right try costs nothing.
    bucket.tokens += underWay + 1
    return true
  }

  function countWrong(known: Known, address: string): void {
    const now = clock.monotonic()
    takeToken(known.bucket, limit, now)
    if (known.bucket.tokens >= 1) return
    if (known.toldAt !== undefined && now - known.toldAt < TELL_EVERY_MS) return
    known.toldAt = now
    stopped(address)
  }

  function beginOne(known: Known, address: string): Try {
    known.underWay++
    const end = (): void => {
      known.underWay--
      letOthersBegin(known)
    }
    return {
      right: end,
      wrong() {
        countWrong(known, address)
        end()
      },
    }
  }

  /** Those in line who went away. */
  function letGo(known: Known): void {
    const gone = known.waiting.filter((one) => !one.isWanted())
    known.waiting = known.waiting.filter((one) => !gone.includes(one))
    for (const { turn } of gone) turn(undefined)
  }

  function letOthersBegin(known: Known): void {
    while (known.waiting.length > 0 && hasPlace(known, clock.monotonic())) {
      const next = known.waiting.shift()
      next?.turn(next.isWanted() ? beginOne(known, next.address) : undefined)
    }
    // Nobody is left who could give a place back.
    if (known.underWay === 0) for (const { turn } of known.waiting.splice(0)) turn(undefined)
  }

  return {
    mayTry(address) {
      const known = kept.get(addressGroup(address))
      return known === undefined || hasPlace(known, clock.monotonic())
    },
    wrong(address) {
      countWrong(knownOf(address, clock.monotonic()), address)
    },
    async begin(address, isWanted) {
      const now = clock.monotonic()
      const known = knownOf(address, now)
      if (known.waiting.length === 0 && hasPlace(known, now)) return beginOne(known, address)
      if (known.underWay === 0) return undefined
      letGo(known)
      if (known.waiting.length >= MAX_IN_LINE) return undefined
      return new Promise((turn) => known.waiting.push({ address, isWanted, turn }))
    },
  }
}

/** Writes down, for those who lead the session, that guessing was stopped (I10). */
export function noteStopped(
  { store, clock, log }: { store: Pick<Store, 'registry'>; clock: Clock; log: Log },
  detail: string,
): void {
  store.registry
    .note({ action: 'guesses-stopped', by: null, detail, at: clock.now() })
    .catch((fault: unknown) => {
      log.warn({ detail, fault: String(fault) }, 'guesses were stopped, and could not be noted')
    })
}

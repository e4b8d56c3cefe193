import type { Clock } from '../hub/ports.ts'
import { type Bucket, type BucketSize, fullBucket, takeToken } from '../hub/rate-limit.ts'
import { isLoopback } from './headless-options.ts'
import type { AddressLimits } from './options/live-settings.ts'

/** Addresses that are kept; those not seen for longest are forgotten first. */
const MAX_KEPT = 50_000

export type Refused = 'too-many-connections' | 'too-many-of-address' | 'too-fast' | 'throttled'

/**
 * Who may open a connection, judged before anything is read from it. Loopback addresses are not limited: they
 * are programs of this computer, or a proxy that is to be named in `trustedProxies`.
 */
export interface AddressGate {
  /** Takes a place, which `release` gives back once, or says why not. */
  open(address: string): { readonly release: () => void } | { readonly refused: Refused }
  /** A wrong credential came from there. Loopback is counted as well: guessing is never in order. */
  wrongCredential(address: string): void
  /** Whether so many wrong ones came that no more are looked at for now; connections without any may come. */
  isThrottled(address: string): boolean
  readonly connections: number
}

interface Peer {
  readonly opens: Bucket
  readonly guesses: Bucket
}

export function createAddressGate(
  limits: { readonly address: AddressLimits; readonly maxConnections: number },
  clock: Pick<Clock, 'monotonic'>,
): AddressGate {
  const open = new Map<string, number>()
  // Two generations: who was not seen during a whole one is forgotten, without ever looking through all of them.
  let young = new Map<string, Peer>()
  let old = new Map<string, Peer>()
  let total = 0

  function peerOf(address: string): Peer {
    const known = young.get(address)
    if (known !== undefined) return known
    if (young.size >= MAX_KEPT / 2) {
      old = young
      young = new Map()
    }
    const now = clock.monotonic()
    const { opens, wrongCredentials } = limits.address
    const peer = old.get(address) ?? {
      opens: fullBucket(opens, now),
      guesses: fullBucket(wrongCredentials, now),
    }
    young.set(address, peer)
    return peer
  }

  const isEmpty = (bucket: Bucket, size: BucketSize): boolean =>
    takeToken(bucket, size, clock.monotonic(), 0) > 0 || bucket.tokens < 1

  function refusal(address: string, peer: Peer): Refused | undefined {
    if (total >= limits.maxConnections) return 'too-many-connections'
    if (isLoopback(address)) return undefined
    if ((open.get(address) ?? 0) >= limits.address.connections) return 'too-many-of-address'
    return takeToken(peer.opens, limits.address.opens, clock.monotonic()) > 0
      ? 'too-fast'
      : undefined
  }

  return {
    open(address) {
      const peer = peerOf(address)
      const refused = refusal(address, peer)
      if (refused !== undefined) return { refused }
      open.set(address, (open.get(address) ?? 0) + 1)
      total++
      let isOpen = true
      return {
        release() {
          if (!isOpen) return
          isOpen = false
          const left = (open.get(address) ?? 1) - 1
          if (left === 0) open.delete(address)
          else open.set(address, left)
          total--
        },
      }
    },
    wrongCredential(address) {
      takeToken(peerOf(address).guesses, limits.address.wrongCredentials, clock.monotonic())
    },
    isThrottled: (address) => isEmpty(peerOf(address).guesses, limits.address.wrongCredentials),
    get connections() {
      return total
    },
  }
}

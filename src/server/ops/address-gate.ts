import { addressGroup } from '../hub/address-group.ts'
import type { Clock } from '../hub/ports.ts'
import { type Bucket, type BucketSize, fullBucket, takeToken } from '../hub/rate-limit.ts'
import { isLoopback } from './headless-options.ts'
import type { AddressLimits } from './options/live-settings.ts'

/** Addresses that are kept; those not seen for longest are forgotten first. */
const MAX_KEPT = 50_000
/** Sockets of an address beyond those that may become connections: for plain requests, and to be told why not. */
const SPARE_SOCKETS = 64

export type Refused =
  | 'too-many-sockets'
  | 'too-many-connections'
  | 'too-many-of-address'
  | 'too-fast'
  | 'throttled'

type Place = { readonly release: () => void } | { readonly refused: Refused }

/**
 * Who may open a connection, judged before anything is read from it, by what counts as one peer. Loopback
 * addresses are not limited: they are programs of this computer, or a proxy that is to be named in
 * `trustedProxies`.
 */
export interface AddressGate {
  /**
   * The same for what has said nothing yet, and perhaps never does: one address must not take the sockets of all
   * others, whatever it does with them.
   */
  connect(address: string): Place
  /** Takes a place, which `release` gives back once, or says why not. */
  open(address: string): Place
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
  const sockets = createPlaces()
  const open = createPlaces()
  // Two generations: who was not seen during a whole one is forgotten, without ever looking through all of them.
  let young = new Map<string, Peer>()
  let old = new Map<string, Peer>()

  function peerOf(address: string): Peer {
    const group = addressGroup(address)
    const known = young.get(group)
    if (known !== undefined) return known
    if (young.size >= MAX_KEPT / 2) {
      old = young
      young = new Map()
    }
    const now = clock.monotonic()
    const { opens, wrongCredentials } = limits.address
    const peer = old.get(group) ?? {
      opens: fullBucket(opens, now),
      guesses: fullBucket(wrongCredentials, now),
    }
    young.set(group, peer)
    return peer
  }

  const isEmpty = (bucket: Bucket, size: BucketSize): boolean =>
    takeToken(bucket, size, clock.monotonic(), 0) > 0 || bucket.tokens < 1

  function refusal(address: string, peer: Peer): Refused | undefined {
    if (open.total() >= limits.maxConnections) return 'too-many-connections'
    if (isLoopback(address)) return undefined
    if (open.of(address) >= limits.address.connections) return 'too-many-of-address'
    return takeToken(peer.opens, limits.address.opens, clock.monotonic()) > 0
      ? 'too-fast'
      : undefined
  }

  return {
    connect(address) {
      const most = Math.min(limits.address.connections, limits.maxConnections) + SPARE_SOCKETS
      if (!isLoopback(address) && sockets.of(address) >= most)
        return { refused: 'too-many-sockets' }
      return sockets.take(address)
    },
    open(address) {
      const refused = refusal(address, peerOf(address))
      return refused === undefined ? open.take(address) : { refused }
    },
    wrongCredential(address) {
      takeToken(peerOf(address).guesses, limits.address.wrongCredentials, clock.monotonic())
    },
    isThrottled: (address) => isEmpty(peerOf(address).guesses, limits.address.wrongCredentials),
    get connections() {
      return open.total()
    },
  }
}

/** How many each peer has of something. */
function createPlaces() {
  const taken = new Map<string, number>()
  let total = 0
  return {
    of: (address: string): number => taken.get(addressGroup(address)) ?? 0,
    total: () => total,
    take(address: string): { readonly release: () => void } {
      const group = addressGroup(address)
      taken.set(group, (taken.get(group) ?? 0) + 1)
      total++
      let isTaken = true
      return {
        release() {
          if (!isTaken) return
          isTaken = false
          const left = (taken.get(group) ?? 1) - 1
          if (left === 0) taken.delete(group)
          else taken.set(group, left)
          total--
        },
      }
    },
  }
}

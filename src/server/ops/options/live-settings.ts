import { defaultHubOptions, type WriteLimits } from '../../hub/options.ts'
import type { BucketSize } from '../../hub/rate-limit.ts'
import type { Settings } from './settings.ts'

/** Above every real rate: what is not limited. */
const UNLIMITED = 1_000_000_000

/** How much one address may do, whoever comes from it. */
export interface AddressLimits {
  readonly connections: number
  readonly opens: BucketSize
  readonly messages: BucketSize
  readonly wrongCredentials: BucketSize
}

/**
 * The settings that change while serving. Whoever was given `writes` or the others sees the new figures without
 * being told, since what is handed out reads them each time.
 */
export interface LiveSettings {
  readonly writes: WriteLimits
  readonly typing: BucketSize
  readonly history: BucketSize
  readonly address: AddressLimits
  readonly maxConnections: number
  readonly connections: { readonly max: number }
  readonly slowOperationMs: number
  /** Takes the reloadable ones of `next`. */
  replace(next: Settings): void
}

export function liveSettings(first: Settings): LiveSettings {
  let now = first
  const limit = (count: () => number): number => (now.rateLimit.enabled ? count() : UNLIMITED)
  const perMinute = (count: () => number, share: number): BucketSize => ({
    get perMinute() {
      return limit(count)
    },
    get burst() {
      return limit(() => Math.max(1, Math.ceil(count() * share)))
    },
  })
  return {
    writes: {
      saved: defaultHubOptions.writes.saved,
      floodPerMinute: defaultHubOptions.writes.floodPerMinute,
      get perMinute() {
        const { messagesPerMinute, requestsPerMinute, windowSeconds } = now.rateLimit
        return limit(() => messagesPerMinute ?? (requestsPerMinute * 60) / windowSeconds)
      },
      get burst() {
        const { messagesPerMinute, burstSize } = now.rateLimit
        return limit(() =>
          messagesPerMinute === undefined ? burstSize : Math.max(burstSize, messagesPerMinute / 6),
        )
      },
    },
    typing: perMinute(() => now.rateLimit.typingPerMinute, 1 / 4),
    history: perMinute(() => now.rateLimit.historyPerMinute, 1),
    address: {
      get connections() {
        return limit(() => now.rateLimit.connectionsPerAddress)
      },
      opens: perMinute(() => now.rateLimit.opensPerAddressPerMinute, 1),
      messages: perMinute(() => now.rateLimit.messagesPerAddressPerMinute, 1 / 3),
      // Guessing is never unlimited.
      wrongCredentials: {
        get burst() {
          return now.rateLimit.wrongCredentialsPerMinute
        },
        get perMinute() {
          return now.rateLimit.wrongCredentialsPerMinute
        },
      },
    },
    get maxConnections() {
      return now.maxConnections
    },
    connections: {
      get max() {
        return now.maxConnections
      },
    },
    get slowOperationMs() {
      return now.log.slowOperationMilliseconds
    },
    replace(next) {
      now = next
    },
  }
}

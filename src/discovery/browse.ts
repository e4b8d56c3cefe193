import { createFoundCache } from './found-cache.ts'
import type { FoundSession } from './found-cache.ts'
import { SERVICE } from './names.ts'
import type { DiscoveryClock, DnsPacket, DnsRecord, Network } from './network.ts'

export interface BrowseOptions {
  readonly network: Network
  readonly clock: DiscoveryClock
  /** In [0, 1). */
  readonly random: () => number
  /** The whole list, whenever something in it changed. */
  readonly onChange: (sessions: readonly FoundSession[]) => void
}

export interface Browsing {
  list(): readonly FoundSession[]
  /** Somebody is looking: asks at once instead of at the next planned moment. */
  askNow(): void
  stop(): void
}

/** RFC 6762, 5.2: a second between the first two questions, then each pause twice as long, up to an hour. */
const FIRST_PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 3_600_000
/** RFC 6762, 5.2: what is in use is asked about again when so much of its time has passed. */
const REFRESH_AT = [0.8, 0.9, 0.95]
const REFRESH_JITTER = 0.02

/** Listens to what hosts announce, and asks. */
export function browse(options: BrowseOptions): Browsing {
  const { network, clock } = options
  const cache = createFoundCache()
  let told = '[]'
  let pause = FIRST_PAUSE_MS
  let nextQuestion = 0
  let askedAt = -Infinity
  let cancel: (() => void) | null = null
  let stopped = false

  const unlisten = network.listen({
    packet(packet, link, from) {
      if (packet.kind !== 'response' || stopped) return
      cache.take(packet.records, link.key, from, clock.monotonic())
      changed()
    },
    linksChanged() {
      changed()
      startAsking()
    },
  })

  function changed(): void {
    cache.expire(clock.monotonic(), new Set(network.links().map(({ key }) => key)))
    const list = cache.list()
    const telling = JSON.stringify(list)
    if (telling !== told) {
      told = telling
      options.onChange(list)
    }
    if (!stopped) plan()
  }

  function startAsking(): void {
    pause = FIRST_PAUSE_MS
    nextQuestion = clock.monotonic()
    plan()
  }

  /** Wakes for whatever comes first: the next question, a refresh, or something that ends. */
  function plan(): void {
    cancel?.()
    const now = clock.monotonic()
    let next = nextQuestion
    for (const { until, ttlMs } of cache.instances()) {
      next = Math.min(next, until, refreshAfter(until, ttlMs, askedAt) ?? until)
    }
    cancel = clock.after(Math.max(0, next - now), wake)
  }

  function wake(): void {
    cancel = null
    const now = clock.monotonic()
    const stale = cache
      .instances()
      .some(({ until, ttlMs }) => (refreshAfter(until, ttlMs, askedAt) ?? Infinity) <= now)
    if (now >= nextQuestion) {
      nextQuestion = now + pause
      pause = Math.min(pause * 2, LONGEST_PAUSE_MS)
      ask(now)
    } else if (stale) {
      ask(now)
    }
    changed()
  }

  function ask(now: number): void {
    askedAt = now
    for (const link of network.links()) link.send(question(now))
  }

  function question(now: number): DnsPacket {
    const instances = cache.instances()
    const known = instances
      .filter(({ complete, until, ttlMs }) => complete && (until - now) * 2 > ttlMs)
      .map(({ name, until }): DnsRecord => {
        const ttl = Math.floor((until - now) / 1_000)
        return { type: 'PTR', name: SERVICE, ttl, data: name }
      })
    return { kind: 'query', questions: [{ name: SERVICE, type: 'PTR' }], known }
  }

  /** The first refresh of something that lives until `until` which comes after the last question. */
  function refreshAfter(until: number, ttlMs: number, asked: number): number | undefined {
    const start = until - ttlMs
    return REFRESH_AT.map((part) => start + ttlMs * (part + jitter)).find((at) => at > asked)
  }
  // Once a browser: enough to keep those who heard the same announcement from asking all at once.
  const jitter = options.random() * REFRESH_JITTER

  startAsking()
  return {
    list: () => cache.list(),
    askNow: startAsking,
    stop() {
      if (stopped) return
      stopped = true
      cancel?.()
      unlisten()
    },
  }
}

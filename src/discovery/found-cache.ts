import type { SessionId } from '../protocol/ids.ts'
import { decodeText } from './announcement.ts'
import type { Announcement } from './announcement.ts'
import { lower, sameName, SERVICE } from './names.ts'
import type { DnsRecord } from './network.ts'

/** One host's word that it serves the session, and where. Believed only once its key is proved by TLS. */
export interface Offer {
  readonly host: string
  readonly addresses: readonly string[]
  readonly selectors: readonly string[]
  readonly fingerprint?: string
}

export interface FoundSession {
  readonly sessionId: SessionId
  readonly name: string
  readonly host: string
  /** Of all offers; the ones in the network it was heard on first. */
  readonly addresses: readonly string[]
  readonly people: number
  readonly passphrase: boolean
  readonly open: boolean
  readonly protocolVersion: number
  readonly fingerprint?: string
  /** More than one while a host moves, or when somebody pretends to be it. */
  readonly offers: readonly Offer[]
}

/** What a hostile or very large network may make us keep. */
export const MAX_FOUND_SESSIONS = 200
export const MAX_INSTANCES = 300
export const MAX_INSTANCES_PER_SOURCE = 40
const MAX_OFFERS = 8
const MAX_SOURCES = 8
const MAX_RECORDS = 300
/** Whatever a stranger claims, nothing stays longer than this without being heard of. */
const MAX_TTL_SECONDS = 120
/** RFC 6762, 10.1: who says goodbye is given a second in which another host may contradict. */
const GOODBYE_MS = 1_000

interface Instance {
  /** As the network spells it. */
  readonly name: string
  readonly order: number
  readonly source: string
  announcement: Announcement | null
  /** Addresses its packets came from: these certainly are in a network of ours. */
  readonly sources: Set<string>
  ttlMs: number
  /** Until when it is believed on each link it was heard on, in monotonic milliseconds. */
  readonly heard: Map<string, number>
}

export interface FoundCache {
  /** Takes in the answers of one packet. */
  take(records: readonly DnsRecord[], link: string, from: string, now: number): void
  /** Forgets what was not heard of in time, and what was heard only on links that are gone. */
  expire(now: number, links: ReadonlySet<string>): void
  list(): readonly FoundSession[]
  /** Instances to ask about again, and their pointers for the list of known answers. */
  instances(): readonly {
    readonly name: string
    readonly complete: boolean
    readonly until: number
    readonly ttlMs: number
  }[]
}

export function createFoundCache(): FoundCache {
  const instances = new Map<string, Instance>()
  let order = 0

  const untilOf = (instance: Instance): number => Math.max(0, ...instance.heard.values())

  function meet(name: string, source: string): Instance | null {
    const key = lower(name)
    const known = instances.get(key)
    if (known !== undefined) return known
    if (instances.size >= MAX_INSTANCES) return null
    let fromSource = 0
    for (const other of instances.values()) if (other.source === source) fromSource += 1
    // One computer that floods the network must not hide all the others.
    if (fromSource >= MAX_INSTANCES_PER_SOURCE) return null
    const met: Instance = {
      name,
      order: order++,
      source,
      announcement: null,
      sources: new Set(),
      ttlMs: 0,
      heard: new Map(),
    }
    instances.set(key, met)
    return met
  }

  function takePointer(
    record: DnsRecord & { type: 'PTR' },
    link: string,
    from: string,
    now: number,
  ) {
    if (!sameName(record.name, SERVICE) || !isInstance(record.data)) return
    if (record.ttl === 0) {
      const leaving = instances.get(lower(record.data))
      for (const [key, until] of leaving?.heard ?? []) {
        leaving?.heard.set(key, Math.min(until, now + GOODBYE_MS))
      }
      return
    }
    const instance = meet(record.data, from)
    if (instance === null) return
    instance.ttlMs = Math.min(record.ttl, MAX_TTL_SECONDS) * 1_000
    instance.heard.set(link, now + instance.ttlMs)
  }

  function takeText(record: DnsRecord & { type: 'TXT' }, from: string) {
    const instance = instances.get(lower(record.name))
    if (instance === undefined || record.ttl === 0) return
    const announcement = decodeText(record.data)
    // Damaged words do not replace good ones.
    if (announcement === undefined) return
    if (instance.sources.size < MAX_SOURCES) instance.sources.add(from)
    instance.announcement = nearestFirst(announcement, instance.sources)
  }

  return {
    take(records, link, from, now) {
      const few = records.slice(0, MAX_RECORDS)
      for (const record of few) if (record.type === 'PTR') takePointer(record, link, from, now)
      for (const record of few) if (record.type === 'TXT') takeText(record, from)
    },
    expire(now, links) {
      for (const [key, { heard }] of instances) {
        for (const [link, until] of heard) if (until <= now || !links.has(link)) heard.delete(link)
        if (heard.size === 0) instances.delete(key)
      }
    },
    list: () => group([...instances.values()]),
    instances: () =>
      [...instances.values()].map((instance) => ({
        name: instance.name,
        complete: instance.announcement !== null,
        until: untilOf(instance),
        ttlMs: instance.ttlMs,
      })),
  }
}

/**
 * Names are sent back to the network in questions. The codec writes lengths without looking, so one that was
 * not readable text, and grew by being read, would damage every question we ask.
 */
function isInstance(name: string): boolean {
  if (!lower(name).endsWith(`.${SERVICE}`) || name.includes('\uFFFD')) return false
  return (
    Buffer.byteLength(name) < 255 &&
    name.split('.').every((label) => Buffer.byteLength(label) <= 63)
  )
}

/** Otherwise in the order the host gave, so that the list does not change with every packet. */
function nearestFirst(announcement: Announcement, sources: ReadonlySet<string>): Announcement {
  const isNear = (address: string): boolean =>
    sources.has(address.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1'))
  const addresses = announcement.addresses.toSorted((a, b) => Number(isNear(b)) - Number(isNear(a)))
  return { ...announcement, addresses }
}

/** One entry a session, however many interfaces, families and hosts it was heard of from. */
function group(instances: readonly Instance[]): readonly FoundSession[] {
  const sessions = new Map<SessionId, FoundSession>()
  for (const { announcement } of instances.toSorted((a, b) => b.order - a.order)) {
    if (announcement === null) continue
    const { sessionId, addresses, host, selectors, fingerprint } = announcement
    const offer: Offer = {
      ...{ host, addresses, selectors },
      ...(fingerprint === undefined ? {} : { fingerprint }),
    }
    const { selectors: _selectors, ...words } = announcement
    // The newest host speaks for the session: after a crash, the old announcement is there for a while.
    const found = sessions.get(sessionId) ?? { ...words, addresses: [], offers: [] }
    if (found.offers.length >= MAX_OFFERS) continue
    if (!sessions.has(sessionId) && sessions.size >= MAX_FOUND_SESSIONS) continue
    sessions.set(sessionId, {
      ...found,
      addresses: [...new Set([...found.addresses, ...addresses])],
      offers: [...found.offers, offer],
    })
  }
  return [...sessions.values()].toSorted(
    (a, b) => a.name.localeCompare(b.name) || (a.sessionId < b.sessionId ? -1 : 1),
  )
}

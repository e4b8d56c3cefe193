import type { Announcement } from './announcement.ts'
import { encodeText } from './announcement.ts'
import { hostName, instanceName, lower, sameName, SERVICE, SERVICE_KINDS } from './names.ts'
import type { DiscoveryClock, DnsPacket, DnsRecord, Link, Network } from './network.ts'

export interface HostedSession extends Omit<Announcement, 'addresses'> {
  readonly port: number
}

export interface AnnounceOptions {
  readonly network: Network
  readonly clock: DiscoveryClock
  /** In [0, 1), for the delays that keep hosts from answering all at once. */
  readonly random: () => number
  /** Letters and digits nobody else announces with. */
  readonly token: string
  /** `host:port` of this computer with this port, best first; asked anew whenever a network changed. */
  readonly addresses: (port: number) => readonly string[]
  /** How long others believe in this session without hearing of it again. */
  readonly ttlSeconds?: number
}

export interface ActiveAnnouncement {
  update(session: HostedSession): void
  /** Says goodbye, twice because multicast is lost easily; resolves when that is said. */
  stop(): Promise<void>
}

/** A host that vanished without a goodbye leaves the lists after this time. */
export const DEFAULT_TTL_SECONDS = 30
/** RFC 6762, 8.3: at least twice, a second apart. */
const REPEATS_MS = [0, 1_000, 3_000]
/** RFC 6762, 6: no record more often than once a second on a link. */
const MIN_INTERVAL_MS = 1_000
/** RFC 6762, 6: others may answer the same question. */
const ANSWER_DELAY_MS = 20
const ANSWER_JITTER_MS = 100
const GOODBYE_REPEAT_MS = 150

interface Speaker {
  /** Not before this moment again. */
  quietUntil: number
  cancel: (() => void) | null
}

/** Announces one session on every link until it is stopped. */
export function announce(options: AnnounceOptions, first: HostedSession): ActiveAnnouncement {
  const { network, clock } = options
  const ttl = options.ttlSeconds ?? DEFAULT_TTL_SECONDS
  const instance = instanceName(first.name, options.token)
  const host = hostName(options.token)
  const speakers = new Map<string, Speaker>()
  const timers = new Set<() => void>()
  let session = first
  let said = ''
  let stopped = false

  const unlisten = network.listen({
    packet(packet, link) {
      if (packet.kind === 'query' && isAsked(packet)) {
        speak(link, ANSWER_DELAY_MS + options.random() * ANSWER_JITTER_MS)
      }
    },
    linksChanged() {
      const keys = new Set(network.links().map((link) => link.key))
      for (const [key, speaker] of speakers) {
        if (keys.has(key)) continue
        speaker.cancel?.()
        speakers.delete(key)
      }
      // New addresses must be told on the old links too: members may be listening there.
      repeat()
    },
  })

  function after(ms: number, run: () => void): void {
    const cancel = clock.after(ms, () => {
      timers.delete(cancel)
      run()
    })
    timers.add(cancel)
  }

  function repeat(): void {
    for (const cancel of timers) cancel()
    timers.clear()
    for (const ms of REPEATS_MS) {
      after(ms, () => {
        for (const link of network.links()) speak(link, 0)
      })
    }
  }

  /** Speaks on the link soon, but no more often than allowed; wishes meanwhile become one. */
  function speak(link: Link, delay: number): void {
    const speaker = speakers.get(link.key) ?? { quietUntil: 0, cancel: null }
    speakers.set(link.key, speaker)
    if (speaker.cancel !== null || stopped) return
    const wait = Math.max(delay, speaker.quietUntil - clock.monotonic())
    const run = (): void => {
      speaker.cancel = null
      speaker.quietUntil = clock.monotonic() + MIN_INTERVAL_MS
      const current = network.links().find(({ key }) => key === link.key)
      const records = recordsFor(current ?? link, ttl)
      if (records !== null) (current ?? link).send({ kind: 'response', records })
    }
    if (wait <= 0) run()
    else speaker.cancel = clock.after(wait, run)
  }

  function isAsked(query: Extract<DnsPacket, { kind: 'query' }>): boolean {
    const knows = query.known.some(
      (record) => record.type === 'PTR' && sameName(record.data, instance) && record.ttl * 2 >= ttl,
    )
    return query.questions.some(({ name, type }) => {
      const asked = lower(name)
      if (asked === SERVICE || asked === SERVICE_KINDS) {
        return (type === 'PTR' || type === 'ANY') && !knows
      }
      return asked === lower(instance) || asked === lower(host)
    })
  }

  /** Null without a reachable address: then there is nothing to join. */
  function recordsFor(link: Link, seconds: number): DnsRecord[] | null {
    const addresses = options.addresses(session.port)
    if (addresses.length === 0 && seconds > 0) return null
    const { port, ...words } = session
    const announcement: Announcement = { ...words, addresses }
    return [
      { type: 'PTR', name: SERVICE, ttl: seconds, data: instance },
      { type: 'PTR', name: SERVICE_KINDS, ttl: seconds, data: SERVICE },
      { type: 'SRV', name: instance, ttl: seconds, data: { port, target: host } },
      { type: 'TXT', name: instance, ttl: seconds, data: encodeText(announcement) },
      // Only addresses that are valid on this very link (RFC 6762, 14).
      ...link.addresses.map((address): DnsRecord => {
        const type = address.includes(':') ? 'AAAA' : 'A'
        return { type, name: host, ttl: seconds, data: address }
      }),
    ]
  }

  function sayGoodbye(): void {
    for (const link of network.links()) {
      // The kind of service may have other hosts: only what is ours alone ends.
      const records = (recordsFor(link, 0) ?? []).filter(({ name }) => name !== SERVICE_KINDS)
      link.send({ kind: 'response', records })
    }
  }

  said = JSON.stringify(session)
  repeat()

  return {
    update(next) {
      if (stopped) return
      session = next
      const saying = JSON.stringify(next)
      if (saying === said) return
      said = saying
      repeat()
    },
    async stop() {
      if (stopped) return
      stopped = true
      for (const cancel of timers) cancel()
      for (const speaker of speakers.values()) speaker.cancel?.()
      sayGoodbye()
      await new Promise<void>((resolve) => {
        clock.after(GOODBYE_REPEAT_MS, resolve)
      })
      sayGoodbye()
      unlisten()
    },
  }
}

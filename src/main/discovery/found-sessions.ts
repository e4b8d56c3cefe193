import type { Browsing } from '../../discovery/browse.ts'
import type { Discovery } from '../../discovery/discovery.ts'
import type { FoundSession } from '../../discovery/found-cache.ts'
import type { FoundSessionView } from '../../ipc/join-views.ts'
import type { SessionId } from '../../protocol/ids.ts'
import { SUPPORTED_VERSIONS } from '../../protocol/version.ts'
import { errorFields } from '../logger.ts'
import type { Logger } from '../logger.ts'
import { placesOf } from '../profile/profile-schema.ts'
import type { KnownSession } from '../profile/profile-schema.ts'
import type { ProfileStore } from '../profile/profile-store.ts'
import type { SessionRegistry } from '../sessions/session-registry.ts'

export interface FoundSessionsOptions {
  readonly discovery: Pick<Discovery, 'browse'>
  readonly profile: Pick<ProfileStore, 'session' | 'putSession'>
  readonly registry: Pick<SessionRegistry, 'get'>
  /** Sessions this computer hosts now are no news to it. */
  readonly isHosted: (id: SessionId) => boolean
  /** The person has no need to join it. */
  readonly isJoined: (id: SessionId) => boolean
  readonly onChange: (sessions: readonly FoundSessionView[]) => void
  readonly log: Logger
}

/** What others announce: shown to people, and followed for the sessions one is in. */
export interface FoundSessions {
  views(): readonly FoundSessionView[]
  /** Somebody is looking at the list. */
  askNow(): void
  /** The list of this profile's sessions changed, or one of them. */
  refresh(): void
  /** As it is announced, with the offers of all that claim to host it. */
  session(id: SessionId): FoundSession | undefined
  /** All of them, also those this computer hosts. */
  announced(): readonly FoundSession[]
  stop(): void
}

/** An impostor may fill these, and never the addresses of the invite. */
const MAX_SEEN = 8

export function createFoundSessions(options: FoundSessionsOptions): FoundSessions {
  const { profile, registry } = options
  /** The addresses each session was last seen at, and whether it still is there. */
  const seenAt = new Map<SessionId, string>()
  const present = new Set<SessionId>()
  let told = '[]'
  const browsing: Browsing = options.discovery.browse((sessions) => {
    follow(sessions)
    tell()
  })

  function views(): readonly FoundSessionView[] {
    return browsing
      .list()
      .filter(({ sessionId }) => !options.isHosted(sessionId))
      .map(({ sessionId, name, host, people, passphrase, open, protocolVersion }) => ({
        ...{ sessionId, name, host, people, passphrase, open },
        joined: options.isJoined(sessionId),
        compatible: SUPPORTED_VERSIONS.includes(protocolVersion),
      }))
  }
  function tell(): void {
    const list = views()
    const telling = JSON.stringify(list)
    if (telling === told) return
    told = telling
    options.onChange(list)
  }

  function follow(sessions: readonly FoundSession[]): void {
    const here = new Set(sessions.map(({ sessionId }) => sessionId))
    for (const id of present) if (!here.has(id)) present.delete(id)
    for (const session of sessions) {
      const id = session.sessionId
      const known = profile.session(id)
      if (known?.fingerprint === undefined || known.hosted !== undefined) continue
      const addresses = ownAddresses(session, known.fingerprint)
      if (addresses.length === 0) continue
      const place = addresses.toSorted().join(' ')
      const before = seenAt.get(id)
      if (present.has(id) && place === before) continue
      present.add(id)
      seenAt.set(id, place)
      const isNew = addresses.some((address) => !placesOf(known).includes(address))
      if (isNew || (before !== undefined && before !== place)) moved(known, addresses)
      else if (stateOf(id) === 'waiting') registry.get(id)?.connectNow()
    }
  }
  const stateOf = (id: SessionId) => registry.get(id)?.view().connection.state

  function moved(known: KnownSession, addresses: readonly string[]): void {
    const id = known.sessionId
    options.log.info('a session is at other addresses', { session: id })
    const next = { ...known, seenAt: [...addresses] }
    try {
      profile.putSession(next)
    } catch (error) {
      // It is reached all the same; after the next start it has to be found once more.
      options.log.warn('the new addresses could not be kept', errorFields(error))
    }
    const client = registry.get(id)
    // A client begins with the address that worked last. Without it, it begins with the ones just heard of,
    // and then the others come back for the day this computer is on another network.
    client?.updateAddresses(addresses)
    client?.updateAddresses(placesOf(next))
    const state = stateOf(id)
    // What moved may have left a connection behind that nobody answers: ask it (D13).
    if (state === 'online' || state === 'catching-up') client?.systemEvent('network-change')
  }

  return {
    views,
    askNow: () => browsing.askNow(),
    refresh: tell,
    session: (id) => browsing.list().find(({ sessionId }) => sessionId === id),
    announced: () => browsing.list(),
    stop: () => browsing.stop(),
  }
}

/** Only hosts that announce the very key this computer knows: the TLS handshake then proves it, or not (T1). */
function ownAddresses(session: FoundSession, fingerprint: string): readonly string[] {
  const own = session.offers.filter((offer) => offer.fingerprint === fingerprint)
  return [...new Set(own.flatMap(({ addresses }) => addresses))].slice(0, MAX_SEEN)
}

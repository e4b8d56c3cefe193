import type { Browsing } from '../../discovery/browse.ts'
import type { Discovery } from '../../discovery/discovery.ts'
import type { FoundSession, Offer } from '../../discovery/found-cache.ts'
import { isProven } from '../../discovery/proof.ts'
import type { FoundSessionView } from '../../ipc/contract.ts'
import type { Result } from '../../ipc/errors.ts'
import type { SessionId } from '../../protocol/ids.ts'
import {
  INVITE_SCHEME,
  MAX_SECRET_LENGTH,
  createInvite,
  parseInvite,
} from '../../protocol/invite.ts'
import { SUPPORTED_VERSIONS } from '../../protocol/version.ts'
import { fail, ok } from '../ipc/command-gate.ts'
import { errorFields } from '../logger.ts'
import type { Logger } from '../logger.ts'
import type { KnownSession } from '../profile/profile-schema.ts'
import type { ProfileStore } from '../profile/profile-store.ts'
import type { SessionRegistry } from '../sessions/session-registry.ts'

export interface FoundSessionsOptions {
  readonly discovery: Pick<Discovery, 'browse'>
  readonly profile: Pick<ProfileStore, 'session' | 'putSession'>
  readonly registry: Pick<SessionRegistry, 'get'>
  /** Sessions this computer hosts now are no news to it. */
  readonly isHosted: (id: SessionId) => boolean
  readonly onChange: (sessions: readonly FoundSessionView[]) => void
  readonly log: Logger
}

/** What others announce: shown to people, and followed for the sessions one is in. */
export interface FoundSessions {
  views(): readonly FoundSessionView[]
  /** Somebody is looking at the list. */
  askNow(): void
  /** The list of this profile's sessions changed. */
  refresh(): void
  /** An invite made of the found addresses and what the person has: the join secret, or an invite link. */
  inviteTo(id: SessionId, given: string): Result<string>
  stop(): void
}

const MAX_KNOWN_ADDRESSES = 16

export function createFoundSessions(options: FoundSessionsOptions): FoundSessions {
  const { profile, registry } = options
  /** The proven addresses each session was last seen at. */
  const seenAt = new Map<SessionId, string>()
  let told = '[]'
  const browsing: Browsing = options.discovery.browse((sessions) => {
    follow(sessions)
    tell()
  })

  function views(): readonly FoundSessionView[] {
    return browsing
      .list()
      .filter(({ sessionId }) => !options.isHosted(sessionId))
      .map(({ sessionId, name, host, people, passphrase, protocolVersion }) => ({
        ...{ sessionId, name, host, people, passphrase },
        joined: profile.session(sessionId) !== undefined,
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
    const there = new Map(sessions.map((session) => [session.sessionId, session]))
    for (const id of seenAt.keys()) if (!there.has(id)) seenAt.delete(id)
    for (const session of sessions) {
      const known = profile.session(session.sessionId)
      if (known?.secret === undefined || known.hosted !== undefined) continue
      const addresses = provenAddresses(session, known.secret)
      const key = addresses.toSorted().join(' ')
      if (key === '' || seenAt.get(session.sessionId) === key) continue
      seenAt.set(session.sessionId, key)
      meet(known, addresses)
    }
  }

  /** The host of a session one is in shows itself, for the first time or at other addresses than before. */
  function meet(known: KnownSession, addresses: readonly string[]): void {
    const client = registry.get(known.sessionId)
    const state = client?.view().connection.state
    if (addresses.every((address) => known.addresses.includes(address))) {
      // It is back: no reason to sit out the pause between two attempts.
      if (state === 'waiting') client?.connectNow()
      return
    }
    options.log.info('a session moved to other addresses', { session: known.sessionId })
    keep(known, addresses)
    client?.updateAddresses(addresses)
    // What moved may have left a connection behind that nobody answers: ask it (D13).
    if (state === 'online' || state === 'catching-up') client?.systemEvent('network-change')
  }

  function keep(known: KnownSession, addresses: readonly string[]): void {
    const kept = [...new Set([...addresses, ...known.addresses])].slice(0, MAX_KNOWN_ADDRESSES)
    try {
      profile.putSession({ ...known, addresses: kept })
    } catch (error) {
      // It is reached all the same; after the next start it has to be found once more.
      options.log.warn('the new addresses could not be kept', errorFields(error))
    }
  }

  return {
    views,
    askNow: () => browsing.askNow(),
    refresh: tell,
    inviteTo(id, given) {
      const session = browsing.list().find(({ sessionId }) => sessionId === id)
      if (session === undefined) {
        return fail(
          'no-such-session',
          'This session is not announced any more. Use its invite link.',
        )
      }
      return inviteFrom(session, given.trim())
    },
    stop: () => browsing.stop(),
  }
}

function inviteFrom(session: FoundSession, given: string): Result<string> {
  const { sessionId, name } = session
  if (given.toLowerCase().startsWith(`${INVITE_SCHEME}:`)) {
    const parsed = parseInvite(given)
    if (parsed.kind === 'fault') return fail('invalid-invite', parsed.message)
    const { invite } = parsed
    if (invite.sessionId !== sessionId) {
      return fail('invalid-invite', `This invite is for «${invite.name}», not for «${name}».`)
    }
    const found = invite.secret === undefined ? [] : provenAddresses(session, invite.secret)
    return ok(createInvite({ ...invite, addresses: [...new Set([...found, ...invite.addresses])] }))
  }
  // Checked before anything is dialled: a secret must not be shown to whoever announces this name.
  const addresses = given.length > MAX_SECRET_LENGTH ? [] : provenAddresses(session, given)
  if (addresses.length === 0) {
    return fail(
      'invalid-invite',
      `This is not the join secret of «${name}». Ask the person who hosts for the invite link.`,
    )
  }
  return ok(createInvite({ sessionId, name, addresses, secret: given }))
}

function provenAddresses(session: FoundSession, secret: string): readonly string[] {
  const { sessionId } = session
  const isTrue = (offer: Offer): boolean => isProven(secret, { ...offer, sessionId })
  return [...new Set(session.offers.filter(isTrue).flatMap(({ addresses }) => addresses))]
}

import type { Browsing } from '../../discovery/browse.ts'
import type { Discovery } from '../../discovery/discovery.ts'
import type { FoundSession, Offer } from '../../discovery/found-cache.ts'
import { isProven } from '../../discovery/proof.ts'
import type { FoundSessionView } from '../../ipc/contract.ts'
import type { Result } from '../../ipc/errors.ts'
import { fingerprintSchema } from '../../protocol/fingerprint.ts'
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
  /** The proven addresses each session was last seen at, and whether it still is there. */
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
      .map(({ sessionId, name, host, people, passphrase, protocolVersion }) => ({
        ...{ sessionId, name, host, people, passphrase },
        open: false,
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
    const here = new Set(sessions.map(({ sessionId }) => sessionId))
    for (const id of present) if (!here.has(id)) present.delete(id)
    for (const session of sessions) {
      const id = session.sessionId
      const known = profile.session(id)
      if (known?.secret === undefined || known.hosted !== undefined) continue
      const addresses = provenAddresses(session, known.secret)
      if (addresses.length === 0) continue
      const place = addresses.toSorted().join(' ')
      const before = seenAt.get(id)
      if (present.has(id) && place === before) continue
      present.add(id)
      seenAt.set(id, place)
      const isNew = addresses.some((address) => !known.addresses.includes(address))
      if (isNew || (before !== undefined && before !== place)) moved(known, addresses)
      else if (stateOf(id) === 'waiting') registry.get(id)?.connectNow()
    }
  }
  const stateOf = (id: SessionId) => registry.get(id)?.view().connection.state

  function moved(known: KnownSession, addresses: readonly string[]): void {
    const id = known.sessionId
    options.log.info('a session is at other addresses', { session: id })
    const kept = [...new Set([...addresses, ...known.addresses])].slice(0, MAX_KNOWN_ADDRESSES)
    try {
      profile.putSession({ ...known, addresses: kept })
    } catch (error) {
      // It is reached all the same; after the next start it has to be found once more.
      options.log.warn('the new addresses could not be kept', errorFields(error))
    }
    const client = registry.get(id)
    // A client begins with the address that worked last. Without it, it begins with the ones just heard of,
    // and then the others come back for the day this computer is on another network.
    client?.updateAddresses(addresses)
    client?.updateAddresses(kept)
    const state = stateOf(id)
    // What moved may have left a connection behind that nobody answers: ask it (D13).
    if (state === 'online' || state === 'catching-up') client?.systemEvent('network-change')
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
  const key = provenKey(session, given)
  if (key.kind === 'several') {
    return fail(
      'invalid-invite',
      `Several computers announce «${name}», each with a key of its own. Ask the person who hosts for the invite link.`,
    )
  }
  return ok(createInvite({ sessionId, name, addresses, secret: given, ...key.proof }))
}

function provenAddresses(session: FoundSession, secret: string): readonly string[] {
  return [...new Set(provenOffers(session, secret).flatMap(({ addresses }) => addresses))]
}

/** The proof covers the key, so that who knows the secret can pin it without comparing words. */
function provenKey(
  session: FoundSession,
  secret: string,
):
  | { readonly kind: 'one'; readonly proof: { readonly fingerprint?: string } }
  | { readonly kind: 'several' } {
  const named = provenOffers(session, secret).map(({ fingerprint }) => fingerprint)
  const [fingerprint, ...others] = new Set(named)
  if (others.length > 0) return { kind: 'several' }
  const isOne = fingerprintSchema.safeParse(fingerprint).success
  return { kind: 'one', proof: isOne && fingerprint !== undefined ? { fingerprint } : {} }
}

function provenOffers(session: FoundSession, secret: string): readonly Offer[] {
  const { sessionId, offers } = session
  return offers.filter((offer) => isProven(secret, { ...offer, sessionId }))
}

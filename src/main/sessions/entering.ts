import type { Result } from '../../ipc/errors.ts'
import type { MemberId, SessionId } from '../../protocol/ids.ts'
import { parseInvite } from '../../protocol/invite.ts'
import type { Invite } from '../../protocol/invite.ts'
import { fail, ok } from '../ipc/command-gate.ts'
import { createIdentity } from '../profile/identity.ts'
import type { KnownSession } from '../profile/profile-schema.ts'
import type { ProfileStore } from '../profile/profile-store.ts'
import type { KnownSessions } from './known-sessions.ts'
import type { SessionRegistry } from './session-registry.ts'

/** Whose further device this is to be (I11). */
export interface LinkedMember {
  readonly id: MemberId
  readonly name: string
  readonly token: string
}

/** How sessions that others host come into the profile. */
export interface Entering {
  join(invite: string): Result<{ readonly session: SessionId }>
  /** The same with an invite that was got by pairing; `member`: as a further device of theirs. */
  enter(invite: Invite, member?: LinkedMember): Result<{ readonly session: SessionId }>
}

export function createEntering(
  profile: ProfileStore,
  registry: Pick<SessionRegistry, 'get' | 'drop'>,
  { known, open }: KnownSessions,
): Entering {
  function enter(
    { sessionId, name, addresses, ...proofs }: Invite,
    member?: LinkedMember,
  ): Result<{ readonly session: SessionId }> {
    if (profile.get().name === null) return fail('no-profile', 'Say your name first.')
    const given = { addresses: [...addresses], ...proofs }
    const current = known(sessionId)
    if (current?.hosted !== undefined) {
      return fail('already-joined', `This computer hosts «${current.name}»; it is in your list.`)
    }
    if (current !== undefined) {
      if (member !== undefined && member.id !== current.memberId) return otherMember(current.name)
      return rejoin(current, { ...given, ...(member === undefined ? {} : { link: member.token }) })
    }
    const session: KnownSession = {
      ...{ sessionId, name, ...given },
      ...createIdentity(),
      // A further device is the same member under the same name (I11).
      ...(member === undefined
        ? {}
        : { memberId: member.id, memberName: member.name, link: member.token }),
    }
    // Kept before the first contact: the server binds this identity for good.
    profile.putSession(session)
    const opened = open(session)
    if (!opened.ok) {
      registry.drop(sessionId)
      return opened
    }
    opened.value.connect()
    return ok({ session: sessionId })
  }

  /** A newer invite to a session one is in: the host moved, or changed the secret. */
  function rejoin(
    current: KnownSession,
    given: Pick<KnownSession, 'addresses' | 'secret' | 'fingerprint' | 'tls' | 'link'>,
  ): Result<{ readonly session: SessionId }> {
    const id = current.sessionId
    if (given.fingerprint !== undefined && given.fingerprint !== current.fingerprint) {
      // A session keeps its key for good. Whoever names another may want what only the host should be told.
      if (current.fingerprint !== undefined || current.tls === true) return otherKey(current.name)
    }
    // A link brings nobody back: the newer invite is what is to be shown (I5).
    const { seenAt: _seenAt, link, ...kept } = current
    const shown = given.secret === undefined && link !== undefined ? { link } : {}
    const next = { ...kept, ...shown, ...given, disconnected: false }
    profile.putSession(next)
    const session = registry.get(id)
    // A link without a key does not take back the key this computer knows.
    const sameProofs =
      next.secret === current.secret &&
      next.link === current.link &&
      next.fingerprint === current.fingerprint &&
      next.tls === current.tls
    if (session === undefined || !sameProofs) {
      session?.close()
      const opened = open(next)
      if (!opened.ok) return opened
      opened.value.connect()
      return ok({ session: id })
    }
    // An invite that is given again is shown again: the host may have let this person go.
    session.presentAgain()
    session.updateAddresses(given.addresses)
    session.connect()
    session.connectNow()
    return ok({ session: id })
  }
  return {
    join(link) {
      const parsed = parseInvite(link)
      if (parsed.kind === 'fault') return fail('invalid-invite', parsed.message)
      return enter(parsed.invite)
    },
    enter,
  }
}

const otherKey = (name: string): Result<never> =>
  fail(
    'invalid-invite',
    `This invite names another key than the one by which this computer knows the host of «${name}». Ask the host in person. If they really have another key now, leave the session here and join again.`,
  )
const otherMember = (name: string): Result<never> =>
  fail(
    'already-joined',
    `You are in «${name}» on this computer already, as somebody else than the code is for. Leave the session here first.`,
  )

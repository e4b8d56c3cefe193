import type { ClientSession } from '../../client/client-session.ts'
import type { Result } from '../../ipc/errors.ts'
import type { SessionId } from '../../protocol/ids.ts'
import type { Hosting } from '../hosting/hosting.ts'
import { fail } from '../ipc/command-gate.ts'
import { placesOf } from '../profile/profile-schema.ts'
import type { KnownSession } from '../profile/profile-schema.ts'
import type { ProfileStore } from '../profile/profile-store.ts'
import type { SessionRegistry } from './session-registry.ts'

/** The sessions of the profile, as those need them who open and change them. */
export interface KnownSessions {
  known(id: SessionId): KnownSession | undefined
  /** Opens its client, which is to dial a session hosted here over loopback. */
  open(session: KnownSession): Result<ClientSession>
  /** Writes the change to the profile; undefined when the session is gone. */
  remember(id: SessionId, change: Partial<KnownSession>): KnownSession | undefined
}

export const loopback = (port: number): string => `127.0.0.1:${port}`

export const unknownSession = fail('no-such-session', 'This session is not in your list any more.')

export function createKnownSessions(
  profile: ProfileStore,
  registry: Pick<SessionRegistry, 'open'>,
  hosting: Pick<Hosting, 'keyOf'>,
): KnownSessions {
  const known = (id: SessionId): KnownSession | undefined => profile.session(id)

  function open(given: KnownSession): Result<ClientSession> {
    const session = withOwnKey(given)
    const port = session.hosted?.port ?? 0
    const addresses = port > 0 ? [loopback(port)] : placesOf(session)
    return registry.open({ ...session, addresses: [...addresses] })
  }

  /** The host's own client pins the host's key like everyone else's. */
  function withOwnKey(session: KnownSession): KnownSession {
    if (session.hosted === undefined || session.fingerprint !== undefined) return session
    const key = hosting.keyOf(session.sessionId)
    if (key.kind === 'fault') return session
    return remember(session.sessionId, { fingerprint: key.fingerprint }) ?? session
  }

  function remember(id: SessionId, change: Partial<KnownSession>): KnownSession | undefined {
    const current = known(id)
    if (current === undefined) return undefined
    const next = { ...current, ...change }
    profile.putSession(next)
    return next
  }

  return { known, open, remember }
}

import type { ClientSession } from '../../client/client-session.ts'
import type { Result } from '../../ipc/errors.ts'
import type { SessionId } from '../../protocol/ids.ts'
import { createInvite } from '../../protocol/invite.ts'
import { done, fail, ok } from '../ipc/command-gate.ts'
import { placesOf } from '../profile/profile-schema.ts'
import type { KnownSession } from '../profile/profile-schema.ts'
import { createEntering } from './entering.ts'
import type { Entering } from './entering.ts'
import { createHostedSessions } from './hosted-sessions.ts'
import type { HostedSessions, HostedSessionsOptions } from './hosted-sessions.ts'
import { createKnownSessions, unknownSession } from './known-sessions.ts'

/** What a person does with whole sessions: host, join, leave, and how they come back at the next start. */
export interface Sessions extends HostedSessions, Entering {
  /** Opens every session of the profile and connects; hosts again what was hosted. Returns what failed. */
  resume(): readonly string[]
  /** Whether it is in the list, and does not keep out somebody it has never let in: they may join in another way. */
  isIn(id: SessionId): boolean
  leave(id: SessionId): Result<null>
  /** Another name in this session only; the connection is made anew with it. */
  setName(id: SessionId, name: string): Result<null>
  /** Opens a session of the list that could not be opened before. */
  reopen(id: SessionId): Result<ClientSession>
  connect(id: SessionId): Result<null>
  disconnect(id: SessionId): Result<null>
  /** An invite link to this session with another secret than this device's own. */
  linkWith(id: SessionId, secret: string): Result<string>
}

export function createSessions(options: HostedSessionsOptions): Sessions {
  const { profile, registry, hosting } = options
  const sessions = createKnownSessions(profile, registry, hosting)
  const { known, open, remember } = sessions
  const { start, ...hosted } = createHostedSessions(options, sessions)

  /** Opens it and goes on as it was when the app ended. */
  function begin(session: KnownSession): Result<ClientSession> {
    const opened = open(session)
    if (!opened.ok) return opened
    // Members come back to the port they know; a failure is told in the hosting view. Where it is served already,
    // its client is told so.
    if (session.hosted?.autoResume === true) void start(session, true)
    const rests = session.hosted !== undefined && !session.hosted.autoResume
    if (!session.disconnected && !rests) opened.value.connect()
    return opened
  }

  function reopen(id: SessionId): Result<ClientSession> {
    const session = known(id)
    return session === undefined ? unknownSession : begin(session)
  }

  return {
    ...hosted,
    ...createEntering(profile, registry, sessions),

    resume() {
      const problems: string[] = []
      for (const session of profile.get().sessions) {
        const opened = begin(session)
        if (!opened.ok) problems.push(`«${session.name}»: ${opened.failure.message}`)
      }
      return problems
    },
    reopen,

    isIn(id) {
      const view = registry.get(id)?.view()
      const isKeptOut = view?.newcomer === true && view.connection.state === 'refused'
      return known(id) !== undefined && !isKeptOut
    },

    leave(id) {
      if (known(id) === undefined) return unknownSession
      if (hosting.isActive(id)) {
        return fail('not-allowed', 'Stop hosting this session before you leave it.')
      }
      registry.remove(id)
      return done
    },

    setName(id, name) {
      const client = registry.find(id)
      if (!client.ok) return client
      remember(id, { memberName: name, disconnected: false })
      client.value.rename(name)
      // The name may have been what kept this person out.
      client.value.connect()
      return done
    },

    connect(id) {
      const opened = registry.get(id)
      const found = opened === undefined ? reopen(id) : ok(opened)
      if (!found.ok) return found
      const session = found.value
      if (known(id)?.disconnected) remember(id, { disconnected: false })
      session.connect()
      session.connectNow()
      return done
    },

    disconnect(id) {
      const session = registry.find(id)
      if (!session.ok) return session
      remember(id, { disconnected: true })
      session.value.disconnect()
      return done
    },

    linkWith(id, secret) {
      const session = known(id)
      if (session === undefined) return unknownSession
      if (hosting.isActive(id)) return ok(hosting.inviteTo(session, secret))
      const { name, fingerprint, tls } = session
      const addresses = placesOf(session)
      if (addresses.length === 0) return fail('not-hosting', 'Host this session first.')
      return ok(
        createInvite({
          ...{ sessionId: id, name, addresses, secret },
          ...(fingerprint === undefined ? {} : { fingerprint }),
          ...(tls === undefined ? {} : { tls }),
        }),
      )
    },
  }
}

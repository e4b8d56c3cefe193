import type { ClientSession } from '../../client/client-session.ts'
import type { HostingView } from '../../ipc/contract.ts'
import type { Result } from '../../ipc/errors.ts'
import type { SessionId } from '../../protocol/ids.ts'
import type { Hosting } from '../hosting/hosting.ts'
import { done, fail, ok } from '../ipc/command-gate.ts'
import { errorFields } from '../logger.ts'
import type { Logger } from '../logger.ts'
import { createIdentity, createSecret } from '../profile/identity.ts'
import type { KnownSession } from '../profile/profile-schema.ts'
import type { ProfileStore } from '../profile/profile-store.ts'
import { agreeOn } from './host-terms.ts'
import type { HostTerms } from './host-terms.ts'
import { loopback, unknownSession } from './known-sessions.ts'
import type { KnownSessions } from './known-sessions.ts'
import type { SessionRegistry } from './session-registry.ts'

/** What a person does with the sessions that this computer hosts. */
export interface HostedSessions {
  host(name: string, terms?: HostTerms): Promise<Result<{ readonly session: SessionId }>>
  resumeHosting(id: SessionId): Promise<Result<null>>
  stopHosting(id: SessionId): Promise<Result<null>>
  /** Lets other programs in, or no longer. The server is started anew; members come back by themselves. */
  setDoors(id: SessionId, open: boolean): Promise<Result<null>>
  hostingView(id: SessionId): Result<HostingView>
  /** The link of a session hosted here carries another invite from now on. */
  keepInvite(id: SessionId, token: string): void
  /** The server of a hosted session answers on this port. */
  onHostReady(id: SessionId, port: number): void
}

export interface HostedSessionsOptions {
  readonly profile: ProfileStore
  readonly registry: SessionRegistry
  readonly hosting: Hosting
  /** Preferred port of a new session; 0 for a free one. */
  readonly hostPort: number
  readonly newId: () => SessionId
  readonly clock: { after(ms: number, run: () => void): () => void }
  readonly log: Logger
}

export function createHostedSessions(
  options: HostedSessionsOptions,
  { known, open, remember }: KnownSessions,
): HostedSessions & {
  /** Serves a session whose client is open; `portIsKnown`: members come back to it. */
  start(session: KnownSession, portIsKnown: boolean): Promise<Result<null>>
} {
  const { profile, registry, hosting } = options

  /** The host's client also looks after the session's invite, which needs what hosts see. */
  function beHost(client: ClientSession | undefined): void {
    client?.setHosting(true)
    void client?.admin.watch(true)
  }

  async function startHosting(session: KnownSession, portIsKnown: boolean): Promise<Result<null>> {
    beHost(registry.get(session.sessionId))
    const problem = await hosting.start(session, portIsKnown)
    if (problem === null) return done
    registry.get(session.sessionId)?.setHosting(false)
    return fail(problem.code, problem.message)
  }

  function keepPort(session: KnownSession, port: number): void {
    if (session.hosted === undefined) return
    try {
      remember(session.sessionId, { hosted: { ...session.hosted, port } })
    } catch (error) {
      // The session is served all the same; the next start asks for the earlier port.
      options.log.error('the port could not be kept', errorFields(error))
    }
  }

  return {
    start: startHosting,

    async host(name, terms = {}) {
      if (profile.get().name === null) return fail('no-profile', 'Say your name first.')
      const sessionId = options.newId()
      const key = hosting.keyOf(sessionId)
      if (key.kind === 'fault') return fail('server-failed', key.message)
      const session: KnownSession = {
        sessionId,
        name,
        addresses: [],
        secret: createSecret(),
        fingerprint: key.fingerprint,
        ...createIdentity(),
        hosted: { port: options.hostPort, autoResume: true },
      }
      const id = session.sessionId
      profile.putSession(session)
      const problem = await hosting.start(session, false)
      if (problem !== null) {
        await hosting.stop(id)
        profile.removeSession(id)
        return fail(problem.code, problem.message)
      }
      const opened = open(known(id) ?? session)
      if (!opened.ok) {
        // Nobody could stop it. First the list: meanwhile nobody is to find it there.
        registry.drop(id)
        await hosting.stop(id)
        return opened
      }
      beHost(opened.value)
      opened.value.connect()
      const agreed = await agreeOn(opened.value, terms, options.clock)
      if (agreed.ok) return ok({ session: id })
      // Nobody has the invite yet: better no session than one on other terms.
      await hosting.stop(id)
      registry.remove(id)
      return agreed
    },

    async resumeHosting(id) {
      const session = known(id)
      if (session === undefined) return unknownSession
      if (session.hosted === undefined) {
        return fail('not-hosting', 'Another computer hosts this session.')
      }
      if (hosting.isActive(id)) return fail('already-hosting', 'This session is hosted already.')
      // A failed attempt is cleared away before the next.
      await hosting.stop(id)
      const next = remember(id, {
        hosted: { ...session.hosted, autoResume: true },
        disconnected: false,
      })
      const started = await startHosting(next ?? session, true)
      if (started.ok) registry.get(id)?.connect()
      return started
    },

    async stopHosting(id) {
      const session = known(id)
      if (session === undefined) return unknownSession
      if (session.hosted === undefined) {
        return fail('not-hosting', 'Another computer hosts this session.')
      }
      remember(id, { hosted: { ...session.hosted, autoResume: false } })
      await hosting.stop(id)
      registry.get(id)?.setHosting(false)
      registry.get(id)?.disconnect()
      return done
    },

    async setDoors(id, wanted) {
      const session = known(id)
      if (session === undefined) return unknownSession
      if (session.hosted === undefined) {
        return fail('not-hosting', 'Another computer hosts this session.')
      }
      if ((session.hosted.doors === true) === wanted) return done
      remember(id, { hosted: { ...session.hosted, doors: wanted } })
      if (!hosting.isActive(id)) return done
      await hosting.stop(id, 'restart')
      // The person may have stopped or left it meanwhile, or switched once more.
      const now = known(id)
      if (now?.hosted?.autoResume !== true || hosting.isActive(id)) return done
      return startHosting(now, true)
    },

    hostingView(id) {
      const session = known(id)
      if (session === undefined) return unknownSession
      if (session.hosted === undefined) {
        return fail('not-hosting', 'Another computer hosts this session.')
      }
      return ok(hosting.view(session))
    },

    keepInvite(id, token) {
      const next = remember(id, { secret: token })
      if (next !== undefined) hosting.update(next)
    },

    onHostReady(id, port) {
      const session = known(id)
      if (session?.hosted === undefined) return
      if (session.hosted.port !== port) keepPort(session, port)
      const client = registry.get(id)
      client?.updateAddresses([loopback(port)])
      if (!session.disconnected) client?.connectNow()
    },
  }
}

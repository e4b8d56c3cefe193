import type { ClientSession } from '../../client/client-session.ts'
import type { HostingView } from '../../ipc/contract.ts'
import type { Result } from '../../ipc/errors.ts'
import type { MemberId, SessionId } from '../../protocol/ids.ts'
import { createInvite, parseInvite } from '../../protocol/invite.ts'
import type { Invite } from '../../protocol/invite.ts'
import type { Hosting } from '../hosting/hosting.ts'
import { done, fail, ok } from '../ipc/command-gate.ts'
import { errorFields } from '../logger.ts'
import type { Logger } from '../logger.ts'
import { createIdentity, createSecret } from '../profile/identity.ts'
import { placesOf } from '../profile/profile-schema.ts'
import type { KnownSession } from '../profile/profile-schema.ts'
import type { ProfileStore } from '../profile/profile-store.ts'
import { agreeOn } from './host-terms.ts'
import type { HostTerms } from './host-terms.ts'
import type { SessionRegistry } from './session-registry.ts'

/** Whose further device this is to be (I11). */
export interface LinkedMember {
  readonly id: MemberId
  readonly name: string
  readonly token: string
}

export interface SessionsOptions {
  readonly profile: ProfileStore
  readonly registry: SessionRegistry
  readonly hosting: Hosting
  /** Preferred port of a new session; 0 for a free one. */
  readonly hostPort: number
  readonly newId: () => SessionId
  readonly clock: { after(ms: number, run: () => void): () => void }
  readonly log: Logger
}

/** What a person does with whole sessions: host, join, leave, and how they come back at the next start. */
export interface Sessions {
  /** Opens every session of the profile and connects; hosts again what was hosted. Returns what failed. */
  resume(): readonly string[]
  host(name: string, terms?: HostTerms): Promise<Result<{ readonly session: SessionId }>>
  resumeHosting(id: SessionId): Promise<Result<null>>
  stopHosting(id: SessionId): Promise<Result<null>>
  /** Lets other programs in, or no longer. The server is started anew; members come back by themselves. */
  setDoors(id: SessionId, open: boolean): Promise<Result<null>>
  hostingView(id: SessionId): Result<HostingView>
  join(invite: string): Result<{ readonly session: SessionId }>
  /** The same with an invite that was got by pairing; `member`: as a further device of theirs. */
  enter(invite: Invite, member?: LinkedMember): Result<{ readonly session: SessionId }>
  leave(id: SessionId): Result<null>
  /** Another name in this session only; the connection is made anew with it. */
  setName(id: SessionId, name: string): Result<null>
  /** Opens a session of the list that could not be opened before. */
  reopen(id: SessionId): Result<ClientSession>
  connect(id: SessionId): Result<null>
  disconnect(id: SessionId): Result<null>
  /** An invite link to this session with another secret than this device's own. */
  linkWith(id: SessionId, secret: string): Result<string>
  /** The link of a session hosted here carries another invite from now on. */
  keepInvite(id: SessionId, token: string): void
  /** The server of a hosted session answers on this port. */
  onHostReady(id: SessionId, port: number): void
}

const loopback = (port: number): string => `127.0.0.1:${port}`

export function createSessions(options: SessionsOptions): Sessions {
  const { profile, registry, hosting } = options
  const known = (id: SessionId): KnownSession | undefined => profile.session(id)

  /** What the client is to dial: a session hosted here is reached over loopback. */
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

  /** Opens it and goes on as it was when the app ended. */
  function begin(session: KnownSession): Result<ClientSession> {
    const opened = open(session)
    if (!opened.ok) return opened
    if (session.hosted?.autoResume === true && !hosting.isActive(session.sessionId)) {
      // Members come back to the port they know; a failure is told in the hosting view.
      void startHosting(session, true)
    }
    const rests = session.hosted !== undefined && !session.hosted.autoResume
    if (!session.disconnected && !rests) opened.value.connect()
    return opened
  }

  function reopen(id: SessionId): Result<ClientSession> {
    const session = known(id)
    return session === undefined ? unknownSession : begin(session)
  }

  return {
    resume() {
      const problems: string[] = []
      for (const session of profile.get().sessions) {
        const opened = begin(session)
        if (!opened.ok) problems.push(`«${session.name}»: ${opened.failure.message}`)
      }
      return problems
    },
    reopen,

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
        // Nobody could stop it.
        await hosting.stop(id)
        registry.drop(id)
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

    join(link) {
      const parsed = parseInvite(link)
      if (parsed.kind === 'fault') return fail('invalid-invite', parsed.message)
      return enter(parsed.invite)
    },
    enter,

    leave(id) {
      if (known(id) === undefined) return unknownSession
      if (hosting.isActive(id)) {
        return fail('not-allowed', 'Stop hosting this session before you leave it.')
      }
      registry.remove(id)
      return done
    },

    setName(id, name) {
      const client = registry.get(id)
      if (known(id) === undefined || client === undefined) return unknownSession
      remember(id, { memberName: name, disconnected: false })
      client.rename(name)
      // The name may have been what kept this person out.
      client.connect()
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
      const session = registry.get(id)
      if (session === undefined) return unknownSession
      remember(id, { disconnected: true })
      session.disconnect()
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

  function keepPort(session: KnownSession, port: number): void {
    if (session.hosted === undefined) return
    try {
      remember(session.sessionId, { hosted: { ...session.hosted, port } })
    } catch (error) {
      // The session is served all the same; the next start asks for the earlier port.
      options.log.error('the port could not be kept', errorFields(error))
    }
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
const unknownSession = fail('no-such-session', 'This session is not in your list any more.')

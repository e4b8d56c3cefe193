import { renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { openClientSession } from '../../client/client-session.ts'
import type {
  ClientSession,
  ClientSessionOptions,
  SystemEvent,
} from '../../client/client-session.ts'
import { hostTrust } from '../../client/connection/host-trust.ts'
import type { TokenAnswer } from '../../client/token-source.ts'
import type { SessionEvent, SessionView, TokenReason } from '../../client/views.ts'
import type { AdminView } from '../../ipc/admin-contract.ts'
import type { Failure, Result } from '../../ipc/errors.ts'
import type { SessionId } from '../../protocol/ids.ts'
import { fail, ok } from '../ipc/command-gate.ts'
import { errorFields } from '../logger.ts'
import type { Logger } from '../logger.ts'
import { placesOf } from '../profile/profile-schema.ts'
import type { KnownSession } from '../profile/profile-schema.ts'
import type { ProfileStore } from '../profile/profile-store.ts'
import { unknownSession } from './known-sessions.ts'

export interface RegistryOptions {
  readonly profile: ProfileStore
  /** Holds one folder for each session's replica. */
  readonly folder: string
  readonly deviceName: string
  readonly client: Pick<ClientSessionOptions, 'dial' | 'clock' | 'random' | 'uuid' | 'app'>
  /** PEM of those that may vouch for a server; asked when a session needs them. */
  readonly authorities: () => readonly string[]
  readonly log: Logger
  /** A session hosted here goes over loopback, which is there without any network. */
  readonly needsNoNetwork: (id: SessionId) => boolean
  readonly onEvent: (id: SessionId, event: SessionEvent) => void
  /** What this person sees as host or moderator. */
  readonly onAdmin: (id: SessionId, view: AdminView) => void
  /** The server takes this token no more, or never did. */
  readonly onTokenOver: (id: SessionId, token: string, reason: TokenReason) => void
  /** A session was added or is gone. */
  readonly onListChange: () => void
}

/**
 * The client sessions of this profile that are open: one database and one connection each. One that cannot be opened
 * stays in the list, offline and with its problem, until it can.
 */
export interface SessionRegistry {
  open(known: KnownSession): Result<ClientSession>
  get(id: SessionId): ClientSession | undefined
  /** The same, or why there is none: it could not be opened, or is not in the list. */
  find(id: SessionId): Result<ClientSession>
  /** In the order they were joined. */
  views(): readonly SessionView[]
  /** Deletes this device's copy and opens the session anew, as somebody else. When that fails, all is as before. */
  startOver(known: KnownSession): Result<ClientSession>
  /** Takes out of the list what could not be opened; its files may be an earlier profile's, and stay. */
  drop(id: SessionId): void
  /** Disconnects and deletes this device's copy. */
  remove(id: SessionId): void
  rename(name: string): void
  setPresence(presence: 'online' | 'away'): void
  systemEvent(event: SystemEvent): void
  closeAll(): void
}

export function createSessionRegistry(options: RegistryOptions): SessionRegistry {
  const open = new Map<SessionId, ClientSession>()
  /** Why they could not be opened. */
  const shut = new Map<SessionId, Failure>()
  const folderOf = (id: SessionId): string => join(options.folder, id)
  let presence: 'online' | 'away' = 'online'

  function openOne(known: KnownSession): Result<ClientSession> {
    const { name } = options.profile.get()
    if (name === null) return fail('no-profile', 'Say your name first.')
    const id = known.sessionId
    const opened = openClientSession({
      ...options.client,
      file: join(folderOf(id), 'session.db'),
      session: {
        id,
        name: known.name,
        addresses: known.addresses,
        ...(known.secret === undefined ? {} : { secret: known.secret }),
        ...(known.link === undefined ? {} : { link: known.link }),
      },
      trust: hostTrust(known, options.authorities),
      tokens: () => Promise.resolve(tokenAnswer(options.profile.session(id)?.token)),
      tokenOver(token, reason) {
        try {
          options.onTokenOver(id, token, reason)
        } catch (error) {
          // It is refused again at the next start, and forgotten then.
          options.log.error('a token could not be forgotten', errorFields(error))
        }
      },
      identity: {
        memberId: known.memberId,
        memberName: known.memberName ?? name,
        deviceId: known.deviceId,
        deviceName: options.deviceName,
        deviceKey: known.deviceKey,
      },
      logger: options.log,
    })
    if (!opened.ok) {
      options.log.error('a session could not be opened', { session: id })
      open.delete(id)
      shut.set(id, opened.failure)
      options.onListChange()
      return opened
    }
    shut.delete(id)
    const session = opened.value
    session.on((event) => options.onEvent(id, event))
    session.admin.onChange((view) => options.onAdmin(id, view))
    if (presence === 'away') session.setPresence('away')
    open.set(id, session)
    options.onListChange()
    return { ok: true, value: session }
  }

  /** In the list it stays, as whoever this device was before, with its files where they were set aside. */
  function takeBack(before: KnownSession | undefined, isAside: boolean): void {
    if (before === undefined) return
    const folder = folderOf(before.sessionId)
    try {
      if (options.profile.session(before.sessionId) !== before) {
        options.profile.putSession(before)
      }
      if (isAside) {
        rmSync(folder, GONE)
        renameSync(asideOf(folder), folder)
      }
    } catch (error) {
      options.log.error('a session could not be taken back', errorFields(error))
    }
    openOne(dialled(before))
  }

  function viewOf(known: KnownSession): SessionView | undefined {
    const id = known.sessionId
    const problem = shut.get(id)
    return problem === undefined
      ? open.get(id)?.view()
      : shutView(known, options.profile.get().name ?? '', problem.message)
  }

  /** What is left of it is nobody's, and in nobody's way. */
  function forget(folder: string): void {
    try {
      rmSync(folder, GONE)
    } catch (error) {
      options.log.warn('an earlier copy could not be deleted', errorFields(error))
    }
  }

  function drop(id: SessionId): void {
    // First the profile: where that cannot be written, the session is in the list as before.
    options.profile.removeSession(id)
    open.get(id)?.close()
    open.delete(id)
    shut.delete(id)
    options.onListChange()
  }

  return {
    open: openOne,
    startOver(known) {
      const id = known.sessionId
      const before = options.profile.session(id)
      let isAside = false
      open.get(id)?.close()
      try {
        // First the files: a crash in between leaves a session without any, not one with somebody else's.
        setAside(folderOf(id))
        isAside = true
        options.profile.putSession(known)
        const opened = openOne(dialled(known))
        if (opened.ok) {
          forget(asideOf(folderOf(id)))
          return opened
        }
      } catch (error) {
        // A file is held by another program, or the disk is full.
        options.log.error('a session could not be begun anew', errorFields(error))
      }
      takeBack(before, isAside)
      return fail('internal', 'The session could not be begun anew on this computer’s disk.')
    },
    get: (id) => open.get(id),
    find(id) {
      const session = open.get(id)
      if (session !== undefined) return ok(session)
      const failure = shut.get(id)
      return failure === undefined ? unknownSession : { ok: false, failure }
    },
    views: () =>
      options.profile
        .get()
        .sessions.map(viewOf)
        .filter((view) => view !== undefined),
    drop,
    remove(id) {
      // First the profile: a crash in between leaves files that nobody looks at, not a session without any.
      drop(id)
      forget(folderOf(id))
    },
    rename(name) {
      for (const [id, session] of open) {
        if (options.profile.session(id)?.memberName === undefined) session.rename(name)
      }
    },
    setPresence(next) {
      presence = next
      for (const session of open.values()) session.setPresence(next)
    },
    systemEvent(event) {
      for (const [id, session] of open) {
        if (event === 'network-lost' && options.needsNoNetwork(id)) continue
        session.systemEvent(event)
      }
    },
    closeAll() {
      for (const session of open.values()) session.close()
      open.clear()
    },
  }
}

/** What is known of it without its files. */
function shutView(known: KnownSession, name: string, problem: string): SessionView {
  const { sessionId: id, memberId, memberName } = known
  return {
    ...{ id, name: known.name, hosting: false, locked: false, readOnly: false },
    self: { memberId, name: memberName ?? name, role: 'member' },
    connection: { state: 'offline', problem },
    ...{ queued: 0, failed: 0, unread: 0, unreadDirect: 0 },
  }
}

/** Other programs hold files for a moment: virus scanners, backups. */
const GONE = { recursive: true, force: true, maxRetries: 3, retryDelay: 50 } as const

const asideOf = (folder: string): string => `${folder}.before`

function setAside(folder: string): void {
  rmSync(asideOf(folder), GONE)
  renameSync(folder, asideOf(folder))
}

const dialled = (known: KnownSession): KnownSession => ({
  ...known,
  addresses: [...placesOf(known)],
})

/** What was given last; whether it is still good is for the server to say. */
function tokenAnswer(token: string | undefined): TokenAnswer {
  return token === undefined ? { kind: 'none' } : { kind: 'token', token }
}

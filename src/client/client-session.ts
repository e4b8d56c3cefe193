import type { DeviceId, MemberId, MessageId, RoomId, SessionId } from '../protocol/ids.ts'
import type { Visibility } from '../protocol/records.ts'
import type { RoomListing } from '../protocol/server-messages.ts'
import type { Clock } from './clock.ts'
import type { HostTrust } from './connection/host-trust.ts'
import type { Dial } from './connection/wire-socket.ts'
import { isStorageFault, openDatabase, storageWords } from './local-db/database.ts'
import { type Replica, replicaIn } from './local-db/replica.ts'
import { type Logger, silentLogger } from './logger.ts'
import { type ClientResult, fail, succeed } from './result.ts'
import type { SessionAdmin } from './session/admin.ts'
import { startSession } from './session/start-session.ts'
import type { TokenSource } from './token-source.ts'
import type {
  ReadView,
  SearchHit,
  SessionContents,
  SessionEvent,
  SessionView,
  TimelinePage,
  TokenReason,
} from './views.ts'

export interface ClientSessionOptions {
  /** The session's own SQLite file on this device; made with its folder when missing. */
  readonly file: string
  /** As an invite gives it. Addresses are `host:port`, tried in turn. */
  readonly session: {
    readonly id: SessionId
    readonly name: string
    readonly addresses: readonly string[]
    readonly secret?: string
    /** Admits this device as a further one of the member; it goes before the secret. */
    readonly link?: string
  }
  /** How the host proves to be the one meant. */
  readonly trust: HostTrust
  /** Where there may be bearer tokens: one is shown in every proof, before the invite (I14). */
  readonly tokens?: TokenSource
  /** The server has said that this token lets this device in no more, or never did: whoever keeps it forgets it. */
  readonly tokenOver?: (token: string, reason: TokenReason) => void
  readonly identity: {
    readonly memberId: MemberId
    readonly memberName: string
    readonly deviceId: DeviceId
    readonly deviceName: string
    /** Seed of the device's Ed25519 key: 32 random bytes in base64url, made for this session only. */
    readonly deviceKey: string
  }
  readonly dial: Dial
  readonly clock: Clock
  /** In [0, 1), for the jitter of retries. */
  readonly random: () => number
  /** A new version-7 UUID. */
  readonly uuid: () => string
  readonly logger?: Logger
  /** Told to the server in the handshake. */
  readonly app?: { readonly name: string; readonly version: string }
}

/** What the computer tells about its sleep and its network. */
export type SystemEvent = 'suspend' | 'resume' | 'network-change' | 'network-lost' | 'network-back'

/**
 * One session on this device: its replica, its outbox and its connection. Calls that only need the local
 * database answer at once; what needs the server is a promise that gives up after 10 s. Every change is
 * told to the listeners after its transaction is on disk, in order, once per event-loop turn.
 */
export interface ClientSession {
  view(): SessionView
  contents(): SessionContents
  /** Newest items, or those before `before` (an item's `order`). Local first; asks the server for older ones. */
  timeline(
    room: RoomId,
    range: { readonly before?: number | undefined; readonly limit: number },
  ): Promise<ClientResult<TimelinePage>>

  /** D1: on disk when it returns. */
  send(
    room: RoomId,
    text: string,
    replyTo?: MessageId,
  ): ClientResult<{ readonly message: MessageId }>
  edit(room: RoomId, message: MessageId, text: string): ClientResult<null>
  delete(room: RoomId, message: MessageId): ClientResult<null>
  react(room: RoomId, message: MessageId, emoji: string): ClientResult<null>
  unreact(room: RoomId, message: MessageId, emoji: string): ClientResult<null>
  /** A failed write, named by its own id: the message id of a post, or `change.operationId`. */
  retry(room: RoomId, write: MessageId): ClientResult<null>
  discard(room: RoomId, write: MessageId): ClientResult<null>

  markRead(room: RoomId, seq: number): ClientResult<null>
  /** Call with every keystroke, or every few seconds of typing: without it the others stop seeing it. */
  setTyping(room: RoomId, active: boolean): void
  setDraft(room: RoomId, text: string): ClientResult<null>
  /** Others' (and this person's) read positions in the room. */
  reads(room: RoomId): ClientResult<readonly ReadView[]>
  search(query: string, limit: number): readonly SearchHit[]

  /** Resolves when the room is in the local database, so that it can be opened at once. */
  createRoom(room: {
    readonly name: string
    readonly topic: string
    readonly visibility: Visibility
    readonly members: readonly MemberId[]
  }): Promise<ClientResult<{ readonly room: RoomId }>>
  openDirect(members: readonly MemberId[]): Promise<ClientResult<{ readonly room: RoomId }>>
  joinRoom(room: RoomId): Promise<ClientResult<null>>
  leaveRoom(room: RoomId): Promise<ClientResult<null>>
  addMembers(room: RoomId, members: readonly MemberId[]): Promise<ClientResult<null>>
  changeRoom(
    room: RoomId,
    change: { readonly name?: string | undefined; readonly topic?: string | undefined },
  ): Promise<ClientResult<null>>
  browseRooms(): Promise<ClientResult<readonly RoomListing[]>>

  /** Connects and stays connected, retrying for ever (D12). */
  connect(): void
  /** Closes and does not try again until asked. */
  disconnect(): void
  /** Tries at once instead of waiting. */
  connectNow(): void
  updateAddresses(addresses: readonly string[]): void
  systemEvent(event: SystemEvent): void
  setPresence(presence: 'online' | 'away'): void
  /** Takes effect with the next handshake; when online, the connection is made anew for it. */
  rename(name: string): void
  /** Shows the invite again with the next handshake, for a server that has let this person go. */
  presentAgain(): void
  /**
   * A person gives a bearer token: tried at once, on the live connection or on a new one. Fails with `unauthorized`
   * when the server does not take it, with `unexpected` when the one in use ends later, with `not-allowed` when something
   * else keeps this device out, and with `offline` when nobody can look at it now; it is then the first thing shown
   * when somebody can. Written nowhere.
   */
  signIn(token: string): Promise<ClientResult<null>>
  readonly admin: SessionAdmin
  /** Only carried into `view().hosting`. */
  setHosting(hosting: boolean): void

  /** Returns how to stop listening. */
  on(listener: (event: SessionEvent) => void): () => void
  /** Closes the connection, the timers and the file. The object must not be used afterwards. */
  close(): void
}

/**
 * Opens the session's file (making or migrating it) without connecting. Fails with `internal` when the file
 * is damaged, of a newer version or of another session; it is then left as it is.
 */
export function openClientSession(options: ClientSessionOptions): ClientResult<ClientSession> {
  const opened = openDatabase(options.file)
  if (!opened.ok) return fail('internal', opened.message)
  const { database } = opened
  const logger = options.logger ?? silentLogger
  try {
    const replica = replicaIn(database)
    const owner = claim(replica, options)
    if (owner !== 'ours') {
      database.close()
      return fail('internal', `The file on this computer belongs to another ${owner}.`)
    }
    const broken = database.writeDurably(() => replica.outbox.repair(BROKEN_WRITE))
    if (broken > 0) logger.warn('unsent writes could not be read', { count: broken })
    return succeed(startSession({ ...options, logger }, replica))
  } catch (error) {
    database.close()
    if (!isStorageFault(error)) throw error
    logger.error('the local database cannot be used', { code: error.code })
    return fail('internal', storageWords(error))
  }
}

const BROKEN_WRITE =
  'This could not be read from this computer\u2019s disk. Check it, then try again.'

/** Binds a new file to its session and person, and checks that an old one is theirs. */
function claim(
  { database, meta }: Replica,
  { session, identity }: ClientSessionOptions,
): 'ours' | 'session' | 'person' {
  const known = { session: meta.get('session'), member: meta.get('member') }
  if (known.session === undefined) {
    database.writeDurably(() => {
      meta.set('session', session.id)
      meta.set('member', identity.memberId)
      meta.set('name', session.name)
    })
    return 'ours'
  }
  if (known.session !== session.id) return 'session'
  return known.member === identity.memberId ? 'ours' : 'person'
}

import type { ClientMessage } from '../../protocol/client-messages.ts'
import type { Decoded } from '../../protocol/codec.ts'
import { CloseCode } from '../../protocol/errors.ts'
import type { MemberId } from '../../protocol/ids.ts'
import type { ServerMessageOf } from '../../protocol/server-messages.ts'
import { createAdminBoard } from './admin-board.ts'
import { createAdminRequests } from './admin-requests.ts'
import { createAdmission, type Vouched } from './admission.ts'
import { createCatchUpFrames } from './catch-up-frames.ts'
import { createCommitBatcher } from './commit-batcher.ts'
import { admitted, type Connection } from './connection.ts'
import { createDefaultRoom } from './default-room.ts'
import { createDelivery } from './delivery.ts'
import { describeDevice, type DeviceInfo } from './device-info.ts'
import { createHeartbeat } from './heartbeat.ts'
import { inTime } from './in-time.ts'
import type { IntegrationDesk, IntegrationHands } from './integrations-port.ts'
import { lendHands } from './integration-hands.ts'
import { joinCluster } from './join-cluster.ts'
import { createModeration } from './moderation.ts'
import type { HubOptions } from './options.ts'
import { openCodes } from './open-codes.ts'
import { createPairing, type Pairing } from './pairing.ts'
import { createPeople, type PeoplePorts } from './people.ts'
import type { Clock, FanOut, Log, Meter, Secrets, Signal, Socket, Store } from './ports.ts'
import { publishCommitted } from './publish.ts'
import { createReads } from './reads.ts'
import { createReception } from './reception.ts'
import { createRecovery } from './recovery.ts'
import { createRequests } from './requests.ts'
import { createRooms } from './rooms.ts'
import { createRoster } from './roster.ts'
import { createSession, type Session } from './session.ts'
import { sparing } from './sparing-log.ts'
import { createSubmits } from './submits.ts'
import { createTries, noteStopped, type Tries } from './tries.ts'
import { createTyping } from './typing.ts'
import { slowestReaders } from './slowest-readers.ts'
import { createTokenStays, noStay, type Refreshed, type TokenStay } from './token-stays.ts'
import { noVouching, type Vouching } from './vouching.ts'
import { createWaitingRoom } from './waiting-room.ts'

/** Of a drain: what is not stored by then is not acknowledged, and comes again (D4, D16). */
const STORED_WITHIN_MS = 6_000

export interface HubPorts {
  readonly store: Store
  readonly fanOut: FanOut
  readonly clock: Clock
  readonly secrets: Secrets
  readonly meter: Meter
  readonly log: Log
  /** Where bearer tokens are taken. */
  readonly vouching?: Vouching | undefined
  /** Whom the doors for foreign clients take a token's subject for; left out where there are no such doors. */
  readonly doorMember?: ((subject: string) => MemberId) | undefined
  /** Webhooks and bots; left out where there are none. */
  readonly integrations?: ((hands: IntegrationHands) => IntegrationDesk) | undefined
  /** Where codes and a passphrase let people in: makes of a passphrase what is kept. */
  readonly stretch?: ((passphrase: string) => Promise<string>) | undefined
}

/** What a door tells the hub of one connection. After `closed`, or a close by the hub, calls are ignored. */
export interface HubConnection {
  receive(frame: Decoded<ClientMessage>): void
  /** The answer to `Socket.ping`. */
  pong(): void
  /** What `refresh-token` asks for, answered to the door instead of the socket. */
  refresh(token: string): Promise<Refreshed>
  /** The connection is gone, for whatever reason. */
  closed(): void
  /** Whether its device has been let in. */
  isAdmitted(): boolean
}

export interface Hub {
  connect(socket: Socket): HubConnection
  /** Somebody a door knows by its own means: past the handshake, not past bans, locks and approval. */
  connectVouched(socket: Socket, vouched: Vouched): HubConnection
  /** Codes and passphrase; undefined where they are off. */
  readonly pairing: Pairing | undefined
  readonly session: Pick<Session, 'facts' | 'shown'>
  /** Wrong proofs, secrets and tokens of an address, at whichever door (I12). */
  readonly tries: Pick<Tries, 'begin'>
  devices(): readonly DeviceInfo[]
  /** People with at least one device, and those within the grace period. */
  onlinePeople(): number
  connectionCount(): number
  /** Bytes that wait in all send queues. */
  queuedBytes(): number
  /** Closes the connections of tokens that are good no more; says how many. */
  endStays(isOver: (stay: TokenStay) => boolean): number
  /** Closes the slowest readers until no more than this waits in all queues; says how many (D15). */
  shed(maxBytes: number): number
  /** D16: tells everyone to come back, commits what was taken in, and closes with 1012. */
  drain(reason?: ServerMessageOf<'bye'>['reason']): Promise<void>
  /** Stops every timer; connections are left to the door. */
  stop(): void
}

/** Message in, effects out: the rooms, the people and the connections of one server process. */
export async function createHub(ports: HubPorts, options: HubOptions): Promise<Hub> {
  const { store, fanOut, clock, secrets, meter, log } = ports
  const connections = new Set<Connection>()
  const logFlood = sparing(clock, (...line) => log.warn(...line))
  let isDraining = false

  // Taken before anything is read: whatever other nodes write after it is asked for again.
  const mark = await store.shared?.mark()
  const rooms = createRooms(await store.rooms())
  const people = createPeople(await store.members(), {
    clock,
    store,
    graceMs: options.offlineGraceMs,
    movedHere: (person) => joint?.presence.moved(person),
    announce: (message) => {
      for (const { state, socket } of connections) {
        // Guests are told of those they share a room with, by themselves (I8).
        const isForThem = state.kind === 'synced' && people.roleOf(state.device.member) !== 'guest'
        if (isForThem) socket.send(message)
      }
    },
    shareRoom: (a, b) => [...rooms.of(a)].some(({ members }) => members.has(b)),
    changed: (member, before) => followRole(member, before),
  })
  const typing = createTyping({ clock, fanOut, expiryMs: options.typingExpiryMs })
  const reads = createReads({ clock, store, fanOut, log })
  const frames = createCatchUpFrames(store, {
    events: options.recoveryLimit,
    pageMessages: options.resetPageMessages,
  })
  const recovery = createRecovery({
    ...{ rooms, people, reads, frames, store, clock, meter, log },
    recoveryLimit: options.recoveryLimit,
  })
  const waitingRoom = createWaitingRoom({
    changed: () => {
      joint?.waiting.changed()
      board.changed()
    },
    superseded: (older) => roster.close(older, CloseCode.superseded, 'this device connected again'),
    elsewhere: () => joint?.waiting.elsewhere() ?? [],
  })
  const joint =
    store.shared === undefined || mark === undefined
      ? undefined
      : joinCluster({
          ...{ shared: store.shared, mark, store, rooms, people, reads, recovery, frames },
          ...{ fanOut, clock, log, node: secrets.uuid(), graceMs: options.offlineGraceMs },
          hearRegistry,
          waitingRoom: {
            here: waitingRoom.here,
            heard() {
              waitingRoom.heard()
              board.changed()
            },
          },
          decideHere,
        })
  const { cluster } = joint ?? {}
  const nodesOf = joint?.presence.nodesOf ?? (() => 1)
  const batcher = createCommitBatcher({
    ...{ store: cluster ?? store, clock, meter, log },
    committed: (batch) => publishCommitted(batch, fanOut),
  })
  const session = createSession({
    store,
    settings: await store.registry.settings(),
    isOpen: options.admission.kind === 'open',
    announce: (message) => {
      for (const connection of connections) {
        if (admitted(connection) !== undefined) connection.socket.send(message)
      }
    },
  })
  const codes =
    ports.stretch === undefined ? undefined : openCodes({ store, fanOut, clock, secrets })
  const board = createAdminBoard({ session, waitingRoom, people, codes, store, clock, log })
  const defaultRoom = createDefaultRoom({
    ...{ rooms, batcher, clock, secrets },
    name: options.defaultRoomName,
  })
  const vouching = ports.vouching ?? noVouching
  const tries = createTries(clock, (address) => noteStopped(ports, address), options.wrongTries)
  const admission = createAdmission({
    ...{ store, fanOut, defaultRoom, people, clock, secrets, log, options },
    ...{ tries, vouching },
    doorMember: ports.doorMember,
  })
  const stays = createTokenStays({
    ...{ vouching, tries, clock, log },
    close: (connection, reason) => roster.close(connection, CloseCode.unauthorized, reason),
  })
  const roster = createRoster(connections, {
    ...{ admission, people, recovery, typing, session, waitingRoom, stays },
    ...{ clock, meter, options },
  })
  const requests = createRequests({
    ...{ rooms, people, session, recovery, batcher, store, clock, secrets, log },
    roomChanges: options.roomChanges,
    nodesOf,
  })
  const moderation = createModeration({
    ...{ waitingRoom, admission, roster, people, store, fanOut, clock },
    elsewhere: joint?.waiting,
    stretch: ports.stretch,
  })
  const adminRequests = createAdminRequests({
    ...{ moderation, board, codes, people, store, fanOut, clock, secrets, log },
  })
  const submits = createSubmits({
    ...{ batcher, typing, clock, meter, nodesOf },
    limits: options.writes,
    awayMs: (member) => clock.now() - people.lastSeenOf(member),
    addressWrites: options.addressWrites,
    mayOnlyRead: (member) => session.isReadOnlyFor(people.roleOf(member)),
    closeFlood,
  })
  const integrations = ports.integrations?.(
    lendHands({ people, rooms, batcher, moderation, clock, secrets, options }),
  )
  const receive = createReception({
    ...{ roster, rooms, people, reads, requests, adminRequests, submits, typing, stays },
    ...{ clock, meter, options, integrations, nodesOf, closeFlood },
    recovery: cluster === undefined ? recovery : { ...recovery, sync: cluster.sync },
  })
  const heartbeat = createHeartbeat({
    ...{ clock, meter, connections },
    ...options.heartbeat,
    timedOut: (connection) => roster.close(connection, CloseCode.heartbeatTimeout, 'no pong'),
  })
  // Before events are delivered: who comes in must be known when their first event arrives.
  const unsubscribeRegistry = fanOut.subscribe(hearRegistry)
  const unsubscribe =
    joint?.start() ?? fanOut.subscribe(createDelivery({ rooms, people, reads, recovery, frames }))

  /** Whoever heeds no limit. */
  function closeFlood(connection: Connection, reason: string): void {
    meter.count('floods-closed')
    const { address } = connection.socket
    logFlood({ address, member: admitted(connection)?.member, reason }, 'a flood was closed')
    roster.close(connection, CloseCode.rateLimited, reason)
  }

  /** Who belongs to the session, and on which terms, is another now: by an act here or on another node. */
  function hearRegistry(signal: Signal): void {
    if (signal.kind === 'member') people.learn(signal.member)
    if (signal.kind === 'device-forgotten') roster.cutDevice(signal.device)
    if (signal.kind === 'settings') session.take(signal.settings)
    if (signal.kind === 'settings' || signal.kind === 'admin') board.changed()
  }

  function decideHere(member: MemberId, accept: boolean, by: MemberId): void {
    moderation.decideHere(member, accept, by).catch((fault: unknown) => {
      // They go on waiting, as whoever decided sees.
      log.warn({ member, fault: String(fault) }, 'a decision of another node could not be kept')
    })
  }

  /** What follows for connections when somebody's role or standing is another now. */
  function followRole(...[member, before]: Parameters<PeoplePorts['changed']>): void {
    const { id, role, standing } = member
    if (standing !== 'active') {
      const words =
        standing === 'banned'
          ? 'You are banned from this session.'
          : 'You were taken out of this session.'
      roster.sendAway(id, standing, words)
      // They may know it, and what it gives would be newer than their removal (I5).
      if (before.standing === 'active') codes?.sentAway()
      if (standing === 'banned') banKeysOf(id)
    } else if (before.role === 'guest' && role !== 'guest') {
      showAround(id).catch((fault: unknown) => {
        log.warn({ member: id, fault: String(fault) }, 'somebody could not be shown around')
      })
    }
    board.changed()
  }

  /** They may be here under another id, too. */
  function banKeysOf(member: MemberId): void {
    store.registry.devicesOf(member).then(
      (devices) => roster.banKeys(new Set(devices.flatMap(({ key }) => key ?? []))),
      (fault: unknown) => log.warn({ member, fault: String(fault) }, 'keys could not be banned'),
    )
  }

  /** Who is a guest no longer sees everybody, and is in the default group. */
  async function showAround(member: MemberId): Promise<void> {
    for (const connection of people.connectionsOf(member)) {
      const { state, socket } = connection
      if (state.kind !== 'synced') continue
      for (const frame of people.frames(member)) socket.send(frame)
    }
    const [connection] = people.connectionsOf(member)
    const device = connection === undefined ? undefined : admitted(connection)
    // Without a device they join when they come the next time.
    if (device !== undefined) await defaultRoom.join(member, device.device)
  }

  const fullReason = (): readonly [CloseCode, string] | undefined => {
    if (isDraining) return [CloseCode.serviceRestart, 'restarting']
    const isFull = connections.size >= options.connections.max
    return isFull ? [CloseCode.tryAgainLater, 'too many connections'] : undefined
  }

  function faceOf(connection: Connection): HubConnection {
    return {
      receive(frame) {
        // While draining nothing more is taken in, or a busy server would never come to its end. What is not
        // acknowledged is sent again to whoever serves next (D16).
        if (isDraining || connection.state.kind === 'closed') return
        heartbeat.heard(connection)
        receive(connection, frame)
      },
      pong: () => heartbeat.pong(connection),
      refresh: (token) => stays.refresh(connection, token),
      closed: () => roster.forget(connection),
      isAdmitted: () => admitted(connection) !== undefined,
    }
  }

  function turnAway(socket: Socket, code: CloseCode, reason: string): HubConnection {
    meter.count('handshakes-rejected')
    socket.close(code, reason)
    return {
      ...{ receive() {}, pong() {}, closed() {} },
      refresh: async () => noStay,
      isAdmitted: () => false,
    }
  }

  return {
    connect(socket) {
      const full = fullReason()
      return full === undefined ? faceOf(roster.open(socket)) : turnAway(socket, ...full)
    },
    connectVouched(socket, vouched) {
      const full = fullReason()
      if (full !== undefined) return turnAway(socket, ...full)
      return faceOf(roster.openVouched(socket, vouched))
    },
    pairing:
      codes === undefined
        ? undefined
        : createPairing({ codes, session, people, store, clock, secrets, log }),
    session,
    tries,

    devices: () => [...connections].flatMap((connection) => describeDevice(connection, people)),
    onlinePeople: () => people.onlineCount(),
    connectionCount: () => connections.size,
    queuedBytes: () => [...connections].reduce((sum, { socket }) => sum + socket.queuedBytes(), 0),
    endStays: (isOver) => stays.endWhere(isOver),
    shed: (maxBytes) => {
      const slow = slowestReaders(connections, maxBytes)
      for (const connection of slow) {
        meter.count('slow-consumers')
        roster.close(connection, CloseCode.slowConsumer, 'too much waits for slow readers')
      }
      return slow.length
    },

    async drain(reason = 'restart') {
      if (isDraining) return
      isDraining = true
      const { from, to } = options.comeBackMs
      for (const { socket } of connections) {
        const reconnectAfterMs = Math.round(from + secrets.random() * (to - from))
        socket.send({ type: 'bye', reconnectAfterMs, reason })
      }
      const deadline = clock.monotonic() + STORED_WITHIN_MS
      const stored = async (work: Promise<void>): Promise<void> => {
        const result = await inTime(work, Math.max(0, deadline - clock.monotonic()), clock)
        if (result === 'late') log.warn({}, 'the store was too late; clients send again what waits')
      }
      await stored(batcher.idle().then(() => reads.flush()))
      for (const connection of connections) {
        roster.close(connection, CloseCode.serviceRestart, 'restarting')
      }
      // What came in while the rest was stored; nothing comes after it.
      await stored(batcher.idle().then(() => people.flush()))
    },

    stop() {
      isDraining = true
      for (const connection of connections) roster.forget(connection)
      joint?.stop()
      unsubscribe()
      unsubscribeRegistry()
      board.stop()
      codes?.stop()
      heartbeat.stop()
      people.stop()
      reads.stop()
    },
  }
}

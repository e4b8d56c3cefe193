import type { ClientMessage } from '../../protocol/client-messages.ts'
import type { Decoded } from '../../protocol/codec.ts'
import { CloseCode } from '../../protocol/errors.ts'
import type { MemberId } from '../../protocol/ids.ts'
import type { ServerMessageOf } from '../../protocol/server-messages.ts'
import { createAdmission } from './admission.ts'
import { createCatchUpFrames } from './catch-up-frames.ts'
import { createCommitBatcher } from './commit-batcher.ts'
import { admitted, type Connection } from './connection.ts'
import { createDelivery } from './delivery.ts'
import { createHeartbeat } from './heartbeat.ts'
import { joinCluster } from './join-cluster.ts'
import type { HubOptions } from './options.ts'
import { createPeople } from './people.ts'
import type { Clock, FanOut, Log, Meter, Secrets, Socket, Store } from './ports.ts'
import { publishCommitted } from './publish.ts'
import { createReads } from './reads.ts'
import { createReception } from './reception.ts'
import { createRecovery } from './recovery.ts'
import { createRequests } from './requests.ts'
import { createRooms } from './rooms.ts'
import { createRoster } from './roster.ts'
import { createSubmits } from './submits.ts'
import { createTyping } from './typing.ts'

export interface HubPorts {
  readonly store: Store
  readonly fanOut: FanOut
  readonly clock: Clock
  readonly secrets: Secrets
  readonly meter: Meter
  readonly log: Log
}

/** What a door tells the hub of one connection. After `closed`, or a close by the hub, calls are ignored. */
export interface HubConnection {
  receive(frame: Decoded<ClientMessage>): void
  /** The answer to `Socket.ping`. */
  pong(): void
  /** The connection is gone, for whatever reason. */
  closed(): void
}

export interface DeviceInfo {
  readonly memberId: MemberId
  readonly name: string
  readonly deviceName: string
  readonly address: string
  /** Milliseconds since 1970. */
  readonly since: number
  /** Milliseconds of the last ping, null before the first answer. */
  readonly roundTrip: number | null
}

export interface Hub {
  connect(socket: Socket): HubConnection
  devices(): readonly DeviceInfo[]
  /** People with at least one device, and those within the grace period. */
  onlinePeople(): number
  connectionCount(): number
  /** Bytes that wait in all send queues. */
  queuedBytes(): number
  /** D16: tells everyone to come back, commits what was taken in, and closes with 1012. */
  drain(reason?: ServerMessageOf<'bye'>['reason']): Promise<void>
  /** Stops every timer; connections are left to the door. */
  stop(): void
}

/** Message in, effects out: the rooms, the people and the connections of one server process. */
export async function createHub(ports: HubPorts, options: HubOptions): Promise<Hub> {
  const { store, fanOut, clock, secrets, meter, log } = ports
  const connections = new Set<Connection>()
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
      for (const { state, socket } of connections) if (state.kind === 'synced') socket.send(message)
    },
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
  const joint =
    store.shared === undefined || mark === undefined
      ? undefined
      : joinCluster({
          ...{ shared: store.shared, mark, store, rooms, people, reads, recovery, frames },
          ...{ fanOut, clock, log, node: secrets.uuid(), graceMs: options.offlineGraceMs },
        })
  const { cluster } = joint ?? {}
  const batcher = createCommitBatcher({
    ...{ store: cluster ?? store, clock, meter, log },
    committed: (batch) => publishCommitted(batch, fanOut),
  })
  const admission = createAdmission({ store, rooms, people, batcher, clock, secrets, log, options })
  const roster = createRoster(connections, {
    ...{ admission, people, recovery, typing, store, clock, meter, options },
  })
  const requests = createRequests({
    ...{ rooms, people, recovery, batcher, store, clock, secrets, log },
    roomChanges: options.roomChanges,
  })
  const submits = createSubmits({
    ...{ batcher, typing, clock, meter },
    limits: options.writes,
    addressWrites: options.addressWrites,
    closeFlood: (connection) => roster.close(connection, CloseCode.rateLimited, 'too many writes'),
  })
  const receive = createReception({
    ...{ roster, rooms, people, reads, requests, submits, typing, clock, meter, options },
    recovery: cluster === undefined ? recovery : { ...recovery, sync: cluster.sync },
  })
  const heartbeat = createHeartbeat({
    ...{ clock, meter, connections },
    ...options.heartbeat,
    timedOut: (connection) => roster.close(connection, CloseCode.heartbeatTimeout, 'no pong'),
  })
  const unsubscribe =
    joint?.start() ?? fanOut.subscribe(createDelivery({ rooms, people, reads, recovery, frames }))

  function turnAway(socket: Socket, code: CloseCode, reason: string): HubConnection {
    meter.count('handshakes-rejected')
    socket.close(code, reason)
    return { receive() {}, pong() {}, closed() {} }
  }

  return {
    connect(socket) {
      if (isDraining) return turnAway(socket, CloseCode.serviceRestart, 'restarting')
      if (connections.size >= options.maxConnections) {
        return turnAway(socket, CloseCode.tryAgainLater, 'too many connections')
      }
      const connection = roster.open(socket)
      return {
        receive(frame) {
          // While draining nothing more is taken in, or a busy server would never come to its end. What is not
          // acknowledged is sent again to whoever serves next (D16).
          if (isDraining || connection.state.kind === 'closed') return
          meter.count('messages-in')
          heartbeat.heard(connection)
          receive(connection, frame)
        },
        pong: () => heartbeat.pong(connection),
        closed: () => roster.forget(connection),
      }
    },

    devices: () => [...connections].flatMap((connection) => describe(connection)),
    onlinePeople: () => people.onlineCount(),
    connectionCount: () => connections.size,
    queuedBytes: () => [...connections].reduce((sum, { socket }) => sum + socket.queuedBytes(), 0),

    async drain(reason = 'restart') {
      if (isDraining) return
      isDraining = true
      const { from, to } = options.comeBackMs
      for (const { socket } of connections) {
        const reconnectAfterMs = Math.round(from + secrets.random() * (to - from))
        socket.send({ type: 'bye', reconnectAfterMs, reason })
      }
      await batcher.idle()
      await reads.flush()
      for (const connection of connections) {
        roster.close(connection, CloseCode.serviceRestart, 'restarting')
      }
      // What came in while the rest was stored; nothing comes after it.
      await batcher.idle()
      await people.flush()
    },

    stop() {
      isDraining = true
      for (const connection of connections) roster.forget(connection)
      joint?.stop()
      unsubscribe()
      heartbeat.stop()
      people.stop()
      reads.stop()
    },
  }

  function describe(connection: Connection): DeviceInfo[] {
    const device = admitted(connection)
    if (device === undefined) return []
    const { member, deviceName, since } = device
    return [
      {
        memberId: member,
        name: people.nameOf(member),
        deviceName,
        address: connection.socket.address,
        since,
        roundTrip: connection.roundTrip ?? null,
      },
    ]
  }
}

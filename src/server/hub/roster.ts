import type { Hello, Proof } from '../../protocol/client-messages.ts'
import type { ErrorCode } from '../../protocol/errors.ts'
import { CloseCode } from '../../protocol/errors.ts'
import type { DeviceId, MemberId } from '../../protocol/ids.ts'
import { PROTOCOL_VERSION } from '../../protocol/version.ts'
import { type Admission, reject as refusalOf, type Verdict, type Vouched } from './admission.ts'
import { type AdmittedDevice, admitted, type Connection } from './connection.ts'
import { type HubOptions, welcomeLimits } from './options.ts'
import type { People } from './people.ts'
import type { Clock, Meter, Socket } from './ports.ts'
import { RareMap } from './rare-map.ts'
import { type BucketSize, fullBucket, perMinute } from './rate-limit.ts'
import type { Recovery } from './recovery.ts'
import type { StoredMember } from './registry-port.ts'
import type { Session } from './session.ts'
import type { TokenStays } from './token-stays.ts'
import type { Typing } from './typing.ts'
import type { WaitingRoom } from './waiting-room.ts'

/** A queue that waited for the connection begins to drain at once; this leaves time for a slow start. */
const DRAIN_BEGINS_WITHIN_MS = 15_000

const FIRST_PING_MS = 1_000
/** One for all who rest. */
const NO_PAGES = Promise.resolve()

/** Who stands at the door, as far as the rest of the connection's life needs it. */
export interface Arrival {
  readonly member: MemberId
  readonly device: { readonly id: DeviceId; readonly name: string }
  readonly version: number
}

/** Every connection from its first moment to its last: who is here, who comes in, who goes. */
export interface Roster {
  readonly connections: ReadonlySet<Connection>
  open(socket: Socket): Connection
  /** Somebody a door knows by its own means comes in without a handshake. */
  openVouched(socket: Socket, vouched: Vouched): Connection
  /** Answers with a challenge, or turns away who could not come in whatever they prove. */
  challenge(connection: Connection, hello: Hello): void
  /** Asks whether the device may come in, and answers it. */
  welcome(connection: Connection, proof: Proof): Promise<void>
  /** Does what was decided, as long as the connection is there. */
  settle(connection: Connection, arrival: Arrival, deciding: Promise<Verdict>): Promise<void>
  /** Ends every connection of somebody who does not belong to the session any more (I5). */
  sendAway(member: MemberId, code: ErrorCode, message: string): void
  /** Ends every connection that was proven with one of these keys, whoever's it is (I5). */
  banKeys(keys: ReadonlySet<string>): void
  /** Ends the connection of a device that is nobody's any more. */
  cutDevice(device: DeviceId): void
  close(connection: Connection, code: CloseCode, reason: string): void
  /** The line is gone: nothing can be sent any more. */
  forget(connection: Connection): void
}

export interface RosterPorts {
  readonly admission: Admission
  readonly people: People
  readonly recovery: Recovery
  readonly typing: Typing
  readonly session: Session
  readonly waitingRoom: WaitingRoom
  readonly stays: TokenStays
  readonly clock: Clock
  readonly meter: Meter
  readonly options: HubOptions
}

export function createRoster(connections: Set<Connection>, ports: RosterPorts): Roster {
  const { admission, people, recovery, typing, session, waitingRoom, stays } = ports
  const { clock, meter, options } = ports
  const byDevice = new Map<DeviceId, Connection>()
  /** Those about whom it is being decided. */
  const arriving = new Map<Connection, DeviceId>()
  const keys = new WeakMap<Connection, string>()
  const malformedSize = perMinute(options.malformedPerMinute)
  const floodSize = perMinute(options.writes.floodPerMinute)
  const signalSize = signalBucketSize(options)

  function forget(connection: Connection): void {
    if (!connections.delete(connection)) return
    const device = admitted(connection)
    stopTimeout(connection)
    stays.end(connection)
    if (connection.state.kind === 'waiting') waitingRoom.drop(connection)
    connection.state = { kind: 'closed' }
    meter.count('connections-closed')
    if (device === undefined) return
    if (byDevice.get(device.device) === connection) byDevice.delete(device.device)
    recovery.drop(connection, device)
    typing.stop(device)
    people.leave(connection, device.member)
  }

  function close(connection: Connection, code: CloseCode, reason: string): void {
    if (connection.state.kind === 'closed') return
    forget(connection)
    connection.socket.close(code, reason)
  }

  function reject(connection: Connection, verdict: Extract<Verdict, { kind: 'rejected' }>): void {
    meter.count('handshakes-rejected')
    const { code, message, versions, member } = verdict
    connection.socket.send({
      type: 'rejected',
      code,
      message,
      ...(versions === undefined ? {} : { versions }),
      ...(member === undefined ? {} : { member }),
    })
    close(connection, verdict.close, code)
  }

  function deviceOf({ device }: Arrival, member: MemberId): AdmittedDevice {
    const now = clock.monotonic()
    return {
      member,
      device: device.id,
      deviceName: device.name,
      since: clock.now(),
      presence: 'online',
      holds: new RareMap(),
      drainingUntil: now + DRAIN_BEGINS_WITHIN_MS,
      recovery: new RareMap(),
      recovering: false,
      nextPeople: undefined,
      announceSynced: false,
      typing: new RareMap(),
      pages: NO_PAGES,
    }
  }

  function openConnection(socket: Socket, state: (made: () => Connection) => Connection['state']) {
    const now = clock.monotonic()
    const connection: Connection = {
      socket,
      state: state(() => connection),
      malformed: fullBucket(malformedSize, now),
      signals: fullBucket(signalSize, now),
      flood: fullBucket(floodSize, now),
      lastPing: now,
      pingedAt: undefined,
      roundTrip: undefined,
    }
    connections.add(connection)
    meter.count('connections-opened')
    return connection
  }

  function letIn(connection: Connection, arrival: Arrival, member: StoredMember): void {
    const { id } = arrival.device
    const older = byDevice.get(id)
    if (older !== undefined) close(older, CloseCode.superseded, 'this device connected again')
    byDevice.set(id, connection)
    connection.state = { kind: 'awaiting-sync', device: deviceOf(arrival, member.id) }
    // The host is shown a round trip soon, not only after the first whole interval.
    connection.lastPing = clock.monotonic() - options.heartbeat.intervalMs + FIRST_PING_MS
    people.enter(connection, member)
    connection.socket.admitted?.(member.id)
    connection.socket.send({
      type: 'welcome',
      version: arrival.version,
      session: session.facts(),
      self: { role: people.roleOf(member.id) },
      time: clock.now(),
      limits: welcomeLimits(options),
      heartbeat: { ...options.heartbeat },
    })
  }

  function wait(
    connection: Connection,
    arrival: Arrival,
    { newcomer, role }: Extract<Verdict, { kind: 'waiting' }>,
  ): void {
    const { id: member, name } = newcomer.member
    const { address } = connection.socket
    const person = { member, name, deviceName: arrival.device.name, address, role }
    const since = clock.now()
    connection.state = { kind: 'waiting' }
    const refusal = waitingRoom.add({ connection, newcomer, arrival, person: { ...person, since } })
    if (refusal !== undefined) return reject(connection, refusal)
    const { id, name: sessionName } = session.facts()
    connection.socket.send({ type: 'waiting', session: { id, name: sessionName } })
  }

  async function settle(
    connection: Connection,
    arrival: Arrival,
    deciding: Promise<Verdict>,
  ): Promise<void> {
    arriving.set(connection, arrival.device.id)
    const verdict = await deciding
    arriving.delete(connection)
    // While the store was asked, the connection may have gone.
    if (!connections.has(connection)) return
    if (verdict.kind !== 'rejected' && verdict.token !== undefined) {
      stays.begin(connection, verdict.token)
    }
    switch (verdict.kind) {
      case 'rejected':
        return reject(connection, verdict)
      case 'waiting':
        return wait(connection, arrival, verdict)
      case 'admitted': {
        // While it was settled, somebody may have been sent away again.
        if (people.has(verdict.member.id)) return letIn(connection, arrival, verdict.member)
        return reject(connection, refusalOf('removed', 'You were taken out of this session.'))
      }
    }
  }

  return {
    connections,
    close,
    forget,
    settle,

    open: (socket) =>
      openConnection(socket, (made) => ({
        kind: 'awaiting-hello',
        cancelTimeout: clock.after(options.helloTimeoutMs, () =>
          close(made(), CloseCode.handshakeTimeout, 'no hello and proof in time'),
        ),
      })),

    openVouched(socket, vouched) {
      const connection = openConnection(socket, () => ({ kind: 'admitting' }))
      const { member, device } = vouched
      const arrival = { member: member.id, device, version: PROTOCOL_VERSION }
      void settle(connection, arrival, admission.admitVouched(vouched))
      return connection
    },

    challenge(connection, hello) {
      const { state } = connection
      if (state.kind !== 'awaiting-hello') return
      const verdict = admission.greet(hello)
      if (verdict.kind === 'rejected') return reject(connection, verdict)
      const { version, nonce } = verdict
      // The time for the whole handshake runs on.
      const { cancelTimeout } = state
      connection.state = { kind: 'challenged', hello, version, nonce, cancelTimeout }
      const { id, name } = session.facts()
      connection.socket.send({ type: 'challenge', version, session: { id, name }, nonce })
    },

    async welcome(connection, proof) {
      const { state } = connection
      if (state.kind !== 'challenged') return
      const { hello, version, nonce } = state
      stopTimeout(connection)
      connection.state = { kind: 'admitting' }
      const { id, name, key } = hello.device
      keys.set(connection, key)
      const arrival = { member: hello.member.id, device: { id, name }, version }
      const from = {
        address: connection.socket.address,
        isThere: () => connection.state.kind === 'admitting',
      }
      await settle(connection, arrival, admission.admit(hello, nonce, proof, from))
    },

    sendAway(member, code, message) {
      for (const connection of [...people.connectionsOf(member)]) {
        reject(connection, refusalOf(code, message))
      }
    },

    banKeys(banned) {
      for (const connection of [...connections]) {
        if (!banned.has(keys.get(connection) ?? '')) continue
        reject(connection, refusalOf('banned', 'You are banned from this session.'))
      }
    },

    cutDevice(device) {
      const coming = [...arriving].filter(([, id]) => id === device).map(([one]) => one)
      for (const connection of [...coming, byDevice.get(device)]) {
        if (connection === undefined) continue
        reject(connection, refusalOf('unauthorized', 'This device was taken from the member.'))
      }
    },
  }
}

function stopTimeout({ state }: Connection): void {
  if (state.kind === 'awaiting-hello' || state.kind === 'challenged') state.cancelTimeout()
}

export function signalBucketSize(
  options: Pick<HubOptions, 'signalBurst' | 'signalsPerSecond'>,
): BucketSize {
  return { burst: options.signalBurst, perMinute: options.signalsPerSecond * 60 }
}

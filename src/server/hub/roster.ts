import type { Hello, Proof } from '../../protocol/client-messages.ts'
import { CloseCode } from '../../protocol/errors.ts'
import type { DeviceId } from '../../protocol/ids.ts'
import type { Admission, Verdict } from './admission.ts'
import { type AdmittedDevice, admitted, type Connection } from './connection.ts'
import { type HubOptions, welcomeLimits } from './options.ts'
import type { People } from './people.ts'
import type { Clock, Meter, Socket, Store } from './ports.ts'
import { type BucketSize, fullBucket, perMinute } from './rate-limit.ts'
import type { Recovery } from './recovery.ts'
import type { Typing } from './typing.ts'

/** A queue that waited for the connection begins to drain at once; this leaves time for a slow start. */
const DRAIN_BEGINS_WITHIN_MS = 15_000

const FIRST_PING_MS = 1_000

/** Every connection from its first moment to its last: who is here, who comes in, who goes. */
export interface Roster {
  readonly connections: ReadonlySet<Connection>
  open(socket: Socket): Connection
  /** Answers with a challenge, or turns away who could not come in whatever they prove. */
  challenge(connection: Connection, hello: Hello): void
  /** Asks whether the device may come in, and answers it. */
  welcome(connection: Connection, proof: Proof): Promise<void>
  close(connection: Connection, code: CloseCode, reason: string): void
  /** The line is gone: nothing can be sent any more. */
  forget(connection: Connection): void
}

export interface RosterPorts {
  readonly admission: Admission
  readonly people: People
  readonly recovery: Recovery
  readonly typing: Typing
  readonly store: Pick<Store, 'session'>
  readonly clock: Clock
  readonly meter: Meter
  readonly options: HubOptions
}

export function createRoster(connections: Set<Connection>, ports: RosterPorts): Roster {
  const { admission, people, recovery, typing, store, clock, meter, options } = ports
  const byDevice = new Map<DeviceId, Connection>()
  const malformedSize = perMinute(options.malformedPerMinute)
  const floodSize = perMinute(options.writes.floodPerMinute)
  const signalSize = signalBucketSize(options)

  function forget(connection: Connection): void {
    if (!connections.delete(connection)) return
    const device = admitted(connection)
    stopTimeout(connection)
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
    const { code, message, versions } = verdict
    connection.socket.send({
      type: 'rejected',
      code,
      message,
      ...(versions === undefined ? {} : { versions }),
    })
    close(connection, verdict.close, code)
  }

  function deviceOf(hello: Hello): AdmittedDevice {
    const now = clock.monotonic()
    return {
      member: hello.member.id,
      device: hello.device.id,
      deviceName: hello.device.name,
      since: clock.now(),
      presence: 'online',
      holds: new Map(),
      lanes: new Map(),
      drainingUntil: now + DRAIN_BEGINS_WITHIN_MS,
      recovery: new Map(),
      recovering: false,
      nextPeople: undefined,
      announceSynced: false,
      typing: new Map(),
      pages: Promise.resolve(),
    }
  }

  return {
    connections,
    close,
    forget,

    open(socket) {
      const now = clock.monotonic()
      const connection: Connection = {
        socket,
        state: {
          kind: 'awaiting-hello',
          cancelTimeout: clock.after(options.helloTimeoutMs, () =>
            close(connection, CloseCode.handshakeTimeout, 'no hello in time'),
          ),
        },
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
    },

    challenge(connection, hello) {
      const { state } = connection
      if (state.kind !== 'awaiting-hello') return
      const verdict = admission.greet(hello)
      if (verdict.kind === 'rejected') return reject(connection, verdict)
      const { version, nonce } = verdict
      // The time for the whole handshake runs on.
      connection.state = { kind: 'challenged', hello, nonce, cancelTimeout: state.cancelTimeout }
      const { id, name } = store.session
      connection.socket.send({ type: 'challenge', version, session: { id, name }, nonce })
    },

    async welcome(connection, proof) {
      const { state } = connection
      if (state.kind !== 'challenged') return
      const { hello } = state
      stopTimeout(connection)
      connection.state = { kind: 'admitting' }
      const verdict = await admission.admit(hello, state.nonce, proof)
      // While the store was asked, the connection may have gone.
      if (!connections.has(connection)) return
      if (verdict.kind === 'rejected') return reject(connection, verdict)

      const older = byDevice.get(hello.device.id)
      if (older !== undefined) close(older, CloseCode.superseded, 'this device connected again')
      byDevice.set(hello.device.id, connection)
      connection.state = { kind: 'awaiting-sync', device: deviceOf(hello) }
      // The host is shown a round trip soon, not only after the first whole interval.
      connection.lastPing = clock.monotonic() - options.heartbeat.intervalMs + FIRST_PING_MS
      people.enter(connection, hello.member)
      connection.socket.send({
        type: 'welcome',
        version: verdict.version,
        session: { ...store.session, locked: false, readOnly: false },
        self: { role: 'member' },
        time: clock.now(),
        limits: welcomeLimits(options),
        heartbeat: { ...options.heartbeat },
      })
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

import type { ClientMessage } from '../../protocol/client-messages.ts'
import type { Decoded, FrameFault } from '../../protocol/codec.ts'
import { CloseCode } from '../../protocol/errors.ts'
import type { MemberId } from '../../protocol/ids.ts'
import type { IntegrationRequest } from '../../protocol/integrations.ts'
import type { AdminRequests } from './admin-requests.ts'
import { type AdmittedDevice, admitted, type Connection } from './connection.ts'
import type { IntegrationDesk } from './integrations-port.ts'
import type { HubOptions } from './options.ts'
import type { People } from './people.ts'
import type { Clock, Meter, Refusal } from './ports.ts'
import { createKeyedBuckets } from './keyed-buckets.ts'
import { perMinute, takeToken } from './rate-limit.ts'
import type { Reads } from './reads.ts'
import type { Recovery } from './recovery.ts'
import type { Requests } from './requests.ts'
import type { Rooms } from './rooms.ts'
import { type Roster, signalBucketSize } from './roster.ts'
import type { Submits } from './submits.ts'
import type { TokenStays } from './token-stays.ts'
import type { Typing } from './typing.ts'

export interface ReceptionPorts {
  readonly roster: Roster
  readonly rooms: Rooms
  readonly people: People
  readonly reads: Reads
  readonly recovery: Recovery
  readonly requests: Requests
  readonly adminRequests: AdminRequests
  readonly submits: Submits
  readonly typing: Typing
  readonly stays: TokenStays
  readonly closeFlood: (connection: Connection, reason: string) => void
  readonly integrations: IntegrationDesk | undefined
  readonly clock: Clock
  readonly meter: Meter
  readonly options: HubOptions
  /** At which the member is connected now: each has its share of their budgets. */
  readonly nodesOf: (member: MemberId) => number
}

/** Takes one frame of a connection to where it belongs, if it may come at this moment and at this rate. */
export function createReception(
  ports: ReceptionPorts,
): (connection: Connection, frame: Decoded<ClientMessage>) => void {
  const { roster, rooms, people, reads, recovery, requests, adminRequests, submits } = ports
  const { typing, options } = ports
  const { stays, integrations, clock, meter } = ports
  const malformedSize = perMinute(options.malformedPerMinute)
  const floodSize = perMinute(options.writes.floodPerMinute)
  const signalSize = signalBucketSize(options)
  const typingBuckets = createKeyedBuckets<MemberId>(options.typing)
  const historyBuckets = createKeyedBuckets<MemberId>(options.history)

  /** False when the person asked for too much of this kind, on all their devices together. */
  function withinBudget(connection: Connection, member: MemberId, message: ClientMessage): boolean {
    const now = clock.monotonic()
    const nodes = ports.nodesOf(member)
    if (message.type === 'typing' && message.active) {
      if (typingBuckets.take(member, 1, now, nodes) === 0) return true
      meter.count('typing-dropped')
      return false
    }
    if (message.type !== 'history') return true
    const wait = historyBuckets.take(member, 1, now, nodes)
    if (wait === 0) return true
    meter.count('history-refused')
    connection.socket.send({
      type: 'failed',
      ref: message.ref,
      code: 'rate-limited',
      message: `At most ${options.history.perMinute} pages of history a minute.`,
    })
    return false
  }

  function unexpected(connection: Connection, message: ClientMessage): void {
    connection.socket.send({
      type: 'error',
      code: 'unexpected',
      message: `${message.type} is not expected now.`,
      ...('ref' in message && message.ref !== undefined ? { ref: message.ref } : {}),
    })
    countMalformed(connection)
  }

  function receiveFault(connection: Connection, fault: FrameFault): void {
    if (admitted(connection) !== undefined && submits.refuseFault(connection, fault)) {
      withinRate(connection, undefined)
      return
    }
    connection.socket.send({
      type: 'error',
      code: fault.code,
      message: fault.message,
      ...(fault.ref === undefined ? {} : { ref: fault.ref }),
    })
    // Types this version does not know may come from a newer client in good faith.
    if (fault.code === 'malformed') countMalformed(connection)
    else withinRate(connection, undefined)
  }

  function countMalformed(connection: Connection): void {
    meter.count('frames-malformed')
    if (takeToken(connection.malformed, malformedSize, clock.monotonic()) > 0) {
      roster.close(connection, CloseCode.malformed, 'too many malformed frames')
    }
  }

  /** False when the connection sends more than it may; requests are told so, signals are dropped. */
  function withinRate(connection: Connection, message: ClientMessage | undefined): boolean {
    const now = clock.monotonic()
    if (takeToken(connection.signals, signalSize, now) === 0) return true
    if (takeToken(connection.flood, floodSize, now) > 0) {
      ports.closeFlood(connection, 'too many frames')
    } else if (message !== undefined && isRequest(message)) {
      connection.socket.send({
        type: 'failed',
        ref: message.ref,
        code: 'rate-limited',
        message: `At most ${options.signalsPerSecond} requests a second.`,
      })
    }
    return false
  }

  function receiveSignal(
    connection: Connection,
    device: AdmittedDevice,
    message: Exclude<ClientMessage, { type: 'submit' }>,
  ): void {
    switch (message.type) {
      case 'hello':
      case 'proof':
        return unexpected(connection, message)
      case 'refresh-token':
        return void refresh(connection, message)
      case 'sync':
        return recovery.sync(connection, device, message.cursors)
      case 'catch-up': {
        if (connection.state.kind !== 'synced') return unexpected(connection, message)
        const { room, epoch, after: seq } = message
        return recovery.catchUp(connection, device, { room, epoch, seq })
      }
      case 'read': {
        const room = rooms.get(message.room)
        if (room?.members.has(device.member) === true) reads.mark(room, device.member, message.seq)
        return
      }
      case 'typing':
        if (rooms.get(message.room)?.members.has(device.member) === true) {
          typing.set(device, message.room, message.active)
        }
        return
      case 'presence':
        device.presence = message.presence
        return people.refresh(device.member)
      case 'ping':
        return connection.socket.send({ type: 'pong', nonce: message.nonce })
      case 'create-room':
      case 'open-direct':
      case 'join-room':
      case 'leave-room':
      case 'add-members':
      case 'change-room':
      case 'browse-rooms':
      case 'history':
        return requests.receive(connection, device, message)
      case 'admin-watch':
      case 'approve':
      case 'set-role':
      case 'remove-member':
      case 'ban-member':
      case 'unban-member':
      case 'change-session':
      case 'create-invite':
      case 'revoke-invite':
      case 'new-code':
      case 'audit':
      case 'link-device':
      case 'devices':
      case 'forget-device':
        return void adminRequests.receive(connection, device, message)
      case 'create-integration':
      case 'revoke-integration':
      case 'enable-integration':
      case 'integrations':
      case 'set-commands':
      case 'commands':
        return void askIntegrations(connection, device, message)
    }
  }

  async function refresh(
    connection: Connection,
    { token, ref }: Extract<ClientMessage, { type: 'refresh-token' }>,
  ): Promise<void> {
    const refreshed = await stays.refresh(connection, token)
    const { socket } = connection
    const same = ref === undefined ? {} : { ref }
    if (refreshed.kind === 'taken') {
      return socket.send({ type: 'token-taken', ...same, expiresAt: refreshed.expiresAt })
    }
    const { code, message } = refreshed
    socket.send({ type: 'error', ...same, code, message })
  }

  /** Programs may do what their scopes say; who goes on and on against them is a flood. */
  function refuseProgram(
    connection: Connection,
    message: ClientMessage,
    { code, message: words }: Refusal,
  ): void {
    if (!withinRate(connection, message)) return
    if (message.type === 'submit') {
      const { id, room } = message
      return connection.socket.send({ type: 'refused', id, room, code, message: words })
    }
    const answer = { code, message: words }
    connection.socket.send(
      isRequest(message)
        ? { type: 'failed', ref: message.ref, ...answer }
        : { type: 'error', ...answer },
    )
  }

  async function askIntegrations(
    { socket }: Connection,
    device: AdmittedDevice,
    request: IntegrationRequest,
  ): Promise<void> {
    if (integrations !== undefined) return socket.send(await integrations.receive(device, request))
    const message = 'This server has no bots and webhooks.'
    socket.send({ type: 'failed', ref: request.ref, code: 'not-allowed', message })
  }

  return (connection, frame) => {
    if (frame.kind === 'fault') return receiveFault(connection, frame)
    const { message } = frame
    const device = admitted(connection)
    if (device === undefined) {
      const { kind } = connection.state
      if (message.type === 'ping' && kind === 'waiting') {
        if (!withinRate(connection, message)) return
        connection.socket.send({ type: 'pong', nonce: message.nonce })
      } else if (message.type === 'hello' && kind === 'awaiting-hello') {
        roster.challenge(connection, message)
      } else if (message.type === 'proof' && kind === 'challenged') {
        void roster.welcome(connection, message)
      } else {
        unexpected(connection, message)
      }
      return
    }
    const refusal = integrations?.refusalOf(device.member, message)
    if (refusal !== undefined) return refuseProgram(connection, message, refusal)
    if (message.type === 'submit') submits.receive(connection, device, message)
    else if (withinRate(connection, message) && withinBudget(connection, device.member, message)) {
      receiveSignal(connection, device, message)
    }
  }
}

/** `failed` answers these; a bearer token has a number too, and is no request. */
function isRequest(
  message: ClientMessage,
): message is Extract<ClientMessage, { readonly ref: number }> {
  return 'ref' in message && message.type !== 'refresh-token'
}

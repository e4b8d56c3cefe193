import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { decodeClientMessage } from '../../../protocol/codec.ts'
import { CloseCode } from '../../../protocol/errors.ts'
import { SUBPROTOCOL } from '../../../protocol/version.ts'
import type { Hub } from '../../hub/hub.ts'
import type { Log, Meter } from '../../hub/ports.ts'
import { createWebSockets, type OpenedWebSocket, type WebSocketUser } from '../web-sockets.ts'
import type { Intake } from '../intake.ts'
import { createNativeSocket } from './native-socket.ts'
import { createOutgoing } from './outgoing.ts'
import { refuseUpgrade } from './refuse-upgrade.ts'
import { createTextFrames } from './text-frames.ts'

export interface NativeDoorOptions {
  readonly maxFrameBytes: number
  /** Bound of each send queue (D15). */
  readonly maxQueuedBytes: number
  /** A socket that has not closed this long after it was asked to is torn down. */
  readonly closeTimeoutMs: number
  /** Browser pages that may connect. Apps and scripts send no Origin and need no entry. */
  readonly allowedOrigins: readonly string[]
  /** Inflates what clients send compressed; costs memory for each connection that does. */
  readonly compression?: boolean
  /** Other nodes are told first, which have the longer way to their people. */
  readonly isOneOfSeveral?: boolean
  /** Where a request comes from, when there may be a proxy before the server. */
  readonly addressOf?: (request: IncomingMessage) => string
}

/** The protocol of PROTOCOL.md over WebSocket. */
export interface NativeDoor {
  /** Takes over a request to upgrade, or refuses it. */
  upgrade(request: IncomingMessage, raw: Duplex, head: Buffer): void
  /** Resolves when every socket is closed; those that are not after `timeoutMs` are torn down. */
  closed(timeoutMs: number): Promise<void>
}

export function createNativeDoor(
  ports: {
    readonly hub: Hub
    readonly meter: Meter
    readonly log: Log
    readonly intake: Intake
  },
  options: NativeDoorOptions,
): NativeDoor {
  const { hub, meter } = ports
  const frameOf = createTextFrames()
  const outgoing = createOutgoing({
    sent: (frames) => meter.count('messages-out', frames),
    isPatient: options.isOneOfSeveral === true,
  })
  const webSockets = createWebSockets(ports, {
    ...options,
    compression: options.compression === true,
    subprotocols: [SUBPROTOCOL],
  })

  function userOf(opened: OpenedWebSocket): WebSocketUser {
    const socket = createNativeSocket({
      ...opened,
      ...{ frameOf, outgoing, maxQueuedBytes: options.maxQueuedBytes },
      tooSlow() {
        meter.count('slow-consumers')
        connection.closed()
      },
    })
    const connection = hub.connect(socket)
    return {
      receive(data, isBinary) {
        meter.count('messages-in')
        if (!isBinary) return connection.receive(decodeClientMessage(data.toString()))
        meter.count('frames-malformed')
        connection.closed()
        socket.close(CloseCode.malformed, 'binary frames are refused')
      },
      pong: connection.pong,
      closed: connection.closed,
      isAdmitted: connection.isAdmitted,
      cut(code, reason) {
        connection.closed()
        socket.close(code, reason)
      },
    }
  }

  return {
    upgrade(request, raw, head) {
      const problem = problemOf(request, options.allowedOrigins)
      if (problem !== undefined) {
        meter.count('handshakes-rejected')
        return refuseUpgrade(raw, problem)
      }
      webSockets.accept(request, raw, head, userOf)
    },
    closed: webSockets.closed,
  }
}

function problemOf(
  request: IncomingMessage,
  allowedOrigins: readonly string[],
): string | undefined {
  const { origin } = request.headers
  if (origin !== undefined && !allowedOrigins.includes(origin)) return '403 Forbidden'
  const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',')
  return offered.some((name) => name.trim() === SUBPROTOCOL) ? undefined : '400 Bad Request'
}

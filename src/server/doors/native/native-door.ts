import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { decodeClientMessage } from '../../../protocol/codec.ts'
import { CloseCode } from '../../../protocol/errors.ts'
import { SUBPROTOCOL } from '../../../protocol/version.ts'
import type { Hub } from '../../hub/hub.ts'
import type { Log, Meter } from '../../hub/ports.ts'
import { createNativeSocket } from './native-socket.ts'
import { createOutgoing } from './outgoing.ts'
import { refuseUpgrade } from './refuse-upgrade.ts'
import { createTextFrames } from './text-frames.ts'

/** Nothing is kept between two messages, and what goes out is not compressed at all. */
const LITTLE_MEMORY = { serverNoContextTakeover: true, clientNoContextTakeover: true } as const

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
  ports: { readonly hub: Hub; readonly meter: Meter; readonly log: Log },
  options: NativeDoorOptions,
): NativeDoor {
  const { hub, meter, log } = ports
  const frameOf = createTextFrames()
  const outgoing = createOutgoing()
  const open = new Set<WebSocket>()
  let whenEmpty: (() => void)[] = []

  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: options.maxFrameBytes,
    perMessageDeflate: options.compression === true && LITTLE_MEMORY,
    // Answered by the socket, which minds its bound: a peer that only pings and never reads fills it too (D15).
    autoPong: false,
    // Known to ws 8.19 and later, not yet to its types.
    ...{ closeTimeout: options.closeTimeoutMs },
    handleProtocols: () => SUBPROTOCOL,
  })

  function accept(webSocket: WebSocket, raw: Duplex, request: IncomingMessage): void {
    open.add(webSocket)
    const socket = createNativeSocket({
      webSocket,
      raw,
      address: (options.addressOf ?? addressOf)(request),
      frameOf,
      outgoing,
      maxQueuedBytes: options.maxQueuedBytes,
      sent: () => meter.count('messages-out'),
      tooSlow() {
        meter.count('slow-consumers')
        connection.closed()
      },
    })
    const connection = hub.connect(socket)
    webSocket.on('message', (data, isBinary) => {
      meter.count('messages-in')
      if (isBinary) {
        meter.count('frames-malformed')
        connection.closed()
        socket.close(CloseCode.malformed, 'binary frames are refused')
      } else {
        // One buffer, as long as `binaryType` is left alone.
        connection.receive(decodeClientMessage((data as Buffer).toString()))
      }
    })
    webSocket.on('pong', () => connection.pong())
    // Frames too large (closed with 1009 by ws) or not of the WebSocket protocol; `close` follows.
    webSocket.on('error', (fault) => {
      meter.count('frames-malformed')
      log.info({ address: socket.address, fault: fault.message }, 'a connection broke the protocol')
    })
    webSocket.on('close', (code) => {
      meter.count('sockets-closed', 1, String(code))
      connection.closed()
      open.delete(webSocket)
      if (open.size > 0) return
      const waiting = whenEmpty
      whenEmpty = []
      for (const resolve of waiting) resolve()
    })
  }

  return {
    upgrade(request, raw, head) {
      const problem = problemOf(request, options.allowedOrigins)
      if (problem !== undefined) {
        meter.count('handshakes-rejected')
        return refuseUpgrade(raw, problem)
      }
      server.handleUpgrade(request, raw, head, (webSocket) => accept(webSocket, raw, request))
    },
    async closed(timeoutMs) {
      if (open.size === 0) return
      const timer = setTimeout(() => {
        for (const webSocket of open) webSocket.terminate()
      }, timeoutMs)
      await new Promise<void>((resolve) => whenEmpty.push(resolve))
      clearTimeout(timer)
    },
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

function addressOf(request: IncomingMessage): string {
  return (request.socket.remoteAddress ?? 'unknown').replace(/^::ffff:/, '')
}

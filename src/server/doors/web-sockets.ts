import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Log, Meter } from '../hub/ports.ts'
import { createWebSocketLine, type WebSocketLine } from './web-socket-line.ts'

/** Upgrades requests to WebSockets and knows which are still open; what the foreign doors have in common. */
export interface WebSockets {
  accept(
    request: IncomingMessage,
    raw: Duplex,
    head: Buffer,
    userOf: (line: WebSocketLine) => LineUser,
  ): void
  closed(timeoutMs: number): Promise<void>
}

/** Who is told what comes over a line. */
export interface LineUser {
  /** One whole message; frames of it were put together. */
  receive(data: Buffer, isBinary: boolean): void
  pong(): void
  /** The queue grew over its bound; the line is closing. */
  tooSlow(): void
  closed(): void
}

export function createWebSockets(
  ports: { readonly meter: Meter; readonly log: Log },
  options: {
    readonly maxFrameBytes: number
    readonly maxQueuedBytes: number
    readonly closeTimeoutMs: number
    readonly addressOf?: (request: IncomingMessage) => string
    /** Subprotocols that are agreed to, the best first. */
    readonly subprotocols: readonly string[]
  },
): WebSockets {
  const { meter, log } = ports
  const open = new Set<WebSocket>()
  let whenEmpty: (() => void)[] = []
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: options.maxFrameBytes,
    perMessageDeflate: false,
    // Answered by the line, which minds its bound.
    autoPong: false,
    // Known to ws 8.19 and later, not yet to its types.
    ...{ closeTimeout: options.closeTimeoutMs },
    handleProtocols: (offered) => options.subprotocols.find((name) => offered.has(name)) ?? false,
  })

  function begin(
    webSocket: WebSocket,
    raw: Duplex,
    address: string,
    userOf: (line: WebSocketLine) => LineUser,
  ) {
    open.add(webSocket)
    const line = createWebSocketLine({
      ...{ webSocket, raw, address },
      maxQueuedBytes: options.maxQueuedBytes,
      tooSlow: () => user.tooSlow(),
    })
    const user = userOf(line)
    webSocket.on('message', (data, isBinary) => user.receive(data as Buffer, isBinary))
    webSocket.on('pong', () => user.pong())
    // Frames too large (closed with 1009 by ws) or not of the WebSocket protocol; `close` follows.
    webSocket.on('error', (fault) => {
      meter.count('frames-malformed')
      log.info({ address, fault: fault.message }, 'a connection broke the protocol')
    })
    webSocket.on('close', (code) => {
      meter.count('sockets-closed', 1, String(code))
      open.delete(webSocket)
      user.closed()
      if (open.size === 0) for (const resolve of whenEmpty.splice(0)) resolve()
    })
  }

  return {
    accept(request, raw, head, userOf) {
      const address = (options.addressOf ?? addressOf)(request)
      server.handleUpgrade(request, raw, head, (webSocket) =>
        begin(webSocket, raw, address, userOf),
      )
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

function addressOf(request: IncomingMessage): string {
  return (request.socket.remoteAddress ?? 'unknown').replace(/^::ffff:/, '')
}

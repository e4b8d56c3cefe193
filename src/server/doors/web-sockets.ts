import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type RawData, type WebSocket, WebSocketServer } from 'ws'
import type { CloseCode } from '../../protocol/errors.ts'
import type { Log, Meter } from '../hub/ports.ts'
import { closeLabel } from './close-label.ts'
import type { Intake } from './intake.ts'
import { REFUSED } from './native/refuse-upgrade.ts'

/** Nothing is kept between two messages, and what goes out is not compressed at all. */
const LITTLE_MEMORY = { serverNoContextTakeover: true, clientNoContextTakeover: true } as const

/** Upgrades requests to WebSockets and knows which are still open; what all doors have in common. */
export interface WebSockets {
  accept(
    request: IncomingMessage,
    raw: Duplex,
    head: Buffer,
    userOf: (opened: OpenedWebSocket) => WebSocketUser,
  ): void
  /** Resolves when every socket is closed; those that are not after `timeoutMs` are torn down. */
  closed(timeoutMs: number): Promise<void>
}

export interface OpenedWebSocket {
  readonly webSocket: WebSocket
  /** The connection under it. */
  readonly raw: Duplex
  readonly address: string
}

/** Who is told what comes over a WebSocket. */
export interface WebSocketUser {
  /** One whole message; frames of it were put together. */
  receive(data: Buffer, isBinary: boolean): void
  pong(): void
  closed(): void
  /** Whether the server knows who it is and has let them in. */
  isAdmitted(): boolean
  /** Too much, or too slow: it is closed without waiting for more of it. */
  cut(code: CloseCode, reason: string): void
}

export function createWebSockets(
  ports: { readonly meter: Meter; readonly log: Log; readonly intake: Intake },
  options: {
    readonly maxFrameBytes: number
    /** A socket that has not closed this long after it was asked to is torn down. */
    readonly closeTimeoutMs: number
    /** Inflates what clients send compressed; costs memory for each connection that does. */
    readonly compression: boolean
    readonly addressOf?: ((request: IncomingMessage) => string) | undefined
    /** Subprotocols that are agreed to, the best first. */
    readonly subprotocols: readonly string[]
  },
): WebSockets {
  const { meter, log, intake } = ports
  const open = new Map<WebSocket, { readonly user: WebSocketUser; readonly address: string }>()
  const whenEmpty: (() => void)[] = []
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: options.maxFrameBytes,
    perMessageDeflate: options.compression && LITTLE_MEMORY,
    // Answered by who sends, who minds a bound: a peer that only pings and never reads fills it too (D15).
    autoPong: false,
    // Known to ws 8.19 and later, not yet to its types.
    ...{ closeTimeout: options.closeTimeoutMs },
    handleProtocols: (offered) => options.subprotocols.find((name) => offered.has(name)) ?? false,
  })

  function begin(opened: OpenedWebSocket, user: WebSocketUser): void {
    const { webSocket, address } = opened
    open.set(webSocket, { user, address })
    intake.watch({ ...opened, isAdmitted: user.isAdmitted, close: user.cut })
    webSocket.on('message', received)
    webSocket.on('pong', answered)
    webSocket.on('error', failed)
    webSocket.on('close', closed)
  }

  // The same four for every connection: thousands rest here.
  function received(this: WebSocket, data: RawData, isBinary: boolean): void {
    // One buffer, as long as `binaryType` is left alone.
    open.get(this)?.user.receive(data as Buffer, isBinary)
  }

  function answered(this: WebSocket): void {
    open.get(this)?.user.pong()
  }

  /** Frames too large (closed with 1009 by ws) or not of the WebSocket protocol; `close` follows. */
  function failed(this: WebSocket, fault: Error): void {
    meter.count('frames-malformed')
    const address = open.get(this)?.address
    log.info({ address, fault: fault.message }, 'a connection broke the protocol')
  }

  function closed(this: WebSocket, code: number): void {
    meter.count('sockets-closed', 1, closeLabel(code))
    const user = open.get(this)?.user
    open.delete(this)
    user?.closed()
    if (open.size === 0) for (const resolve of whenEmpty.splice(0)) resolve()
  }

  return {
    accept(request, raw, head, userOf) {
      const address = (options.addressOf ?? addressOf)(request)
      server.handleUpgrade(request, raw, head, (webSocket) => {
        // It was not refused; who waits for that keeps the whole request. One by one: `removeAllListeners` would
        // make a dictionary of the socket's events, which takes as much.
        for (const listener of raw.listeners(REFUSED)) raw.off(REFUSED, listener as () => void)
        const opened = { webSocket, raw, address }
        begin(opened, userOf(opened))
      })
    },
    async closed(timeoutMs) {
      if (open.size === 0) return
      const timer = setTimeout(() => {
        for (const webSocket of open.keys()) webSocket.terminate()
      }, timeoutMs)
      await new Promise<void>((resolve) => whenEmpty.push(resolve))
      clearTimeout(timer)
    },
  }
}

function addressOf(request: IncomingMessage): string {
  return (request.socket.remoteAddress ?? 'unknown').replace(/^::ffff:/, '')
}

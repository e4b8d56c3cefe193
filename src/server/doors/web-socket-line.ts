import type { Duplex } from 'node:stream'
import type { WebSocket } from 'ws'
import { CloseCode } from '../../protocol/errors.ts'

/** Below this many waiting bytes a queue counts as drained. */
const LOW_WATER_BYTES = 65_536

/** A WebSocket with a bound on what may wait in it (D15). Calls after the end are ignored. */
export interface WebSocketLine {
  readonly address: string
  send(data: string | Uint8Array): void
  queuedBytes(): number
  onDrained(run: () => void): void
  ping(): void
  /** Sends what is queued, then closes. */
  close(code: CloseCode, reason: string): void
  /** Cuts the line. */
  terminate(): void
}

export function createWebSocketLine(ports: {
  readonly webSocket: WebSocket
  readonly raw: Duplex
  readonly address: string
  readonly maxQueuedBytes: number
  /** The queue grew over its bound: the line is being closed with 4408. */
  readonly tooSlow: () => void
}): WebSocketLine {
  const { webSocket, raw, maxQueuedBytes } = ports
  let isOpen = true
  let drained: (() => void)[] = []

  const queuedBytes = (): number => (isOpen ? raw.writableLength : 0)

  function checkDrained(): void {
    if (drained.length === 0 || queuedBytes() > LOW_WATER_BYTES) return
    for (const run of drained.splice(0)) run()
  }

  function close(code: CloseCode, reason: string): void {
    if (!isOpen) return
    isOpen = false
    webSocket.close(code, reason)
    checkDrained()
  }

  function giveUp(): void {
    close(CloseCode.slowConsumer, 'reading too slowly')
    ports.tooSlow()
  }

  raw.on('drain', checkDrained)
  // Not answered by ws itself: a peer that only pings and never reads would fill the queue unseen (D15).
  webSocket.on('ping', (data) => {
    if (!isOpen) return
    if (queuedBytes() > maxQueuedBytes) giveUp()
    else webSocket.pong(data)
  })
  webSocket.on('close', () => {
    isOpen = false
    const waiting = drained
    drained = []
    for (const run of waiting) run()
  })

  return {
    address: ports.address,
    send(data) {
      if (!isOpen) return
      const queued = queuedBytes()
      // One frame may always wait, however large.
      if (queued > 0 && queued + data.length > maxQueuedBytes) return giveUp()
      webSocket.send(data)
    },
    queuedBytes,
    onDrained(run) {
      drained.push(run)
      checkDrained()
    },
    ping() {
      if (isOpen) webSocket.ping()
    },
    close,
    terminate() {
      isOpen = false
      webSocket.terminate()
      checkDrained()
    },
  }
}

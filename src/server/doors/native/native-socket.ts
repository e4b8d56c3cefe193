import type { Duplex } from 'node:stream'
import type { WebSocket } from 'ws'
import { CloseCode } from '../../../protocol/errors.ts'
import type { ServerMessage } from '../../../protocol/server-messages.ts'
import type { Socket } from '../../hub/ports.ts'
import type { Outgoing } from './outgoing.ts'

/** Below this many waiting bytes a queue counts as drained. */
const LOW_WATER_BYTES = 65_536
const CUT_SLOW_MS = 5_000

export interface NativeSocketPorts {
  readonly webSocket: WebSocket
  /** The connection under it: frames are written to it ready-made. */
  readonly raw: Duplex
  readonly address: string
  readonly frameOf: (message: ServerMessage) => Buffer
  readonly outgoing: Outgoing
  readonly maxQueuedBytes: number
  readonly sent: () => void
  /** The queue grew over its bound: the socket is being closed with 4408 (D15). */
  readonly tooSlow: () => void
}

export function createNativeSocket(ports: NativeSocketPorts): Socket {
  const { webSocket, raw, frameOf, outgoing, maxQueuedBytes } = ports
  let frames: Buffer[] = []
  let waitingBytes = 0
  let isOpen = true
  let drained: (() => void)[] = []

  const queuedBytes = (): number => waitingBytes + raw.writableLength

  function flush(): void {
    const batch = frames
    frames = []
    waitingBytes = 0
    if (batch.length === 0 || raw.destroyed || !raw.writable) return
    outgoing.write(raw, batch)
    checkDrained()
  }

  function checkDrained(): void {
    if (drained.length === 0 || (isOpen && queuedBytes() > LOW_WATER_BYTES)) return
    const waiting = drained
    drained = []
    for (const run of waiting) run()
  }

  function close(code: CloseCode, reason: string): void {
    if (!isOpen) return
    isOpen = false
    flush()
    webSocket.close(code, reason)
    // Who reads too slowly does not read the close soon either, and its memory is wanted back.
    if (code === CloseCode.slowConsumer)
      setTimeout(() => webSocket.terminate(), CUT_SLOW_MS).unref()
    checkDrained()
  }

  /** A queue over its bound is not worth waiting for (D15). */
  function giveUp(): void {
    close(CloseCode.slowConsumer, 'reading too slowly')
    ports.tooSlow()
  }

  webSocket.on('ping', (data) => {
    if (!isOpen) return
    if (queuedBytes() > maxQueuedBytes) giveUp()
    else webSocket.pong(data)
  })
  raw.on('drain', checkDrained)
  webSocket.on('close', () => {
    isOpen = false
    frames = []
    waitingBytes = 0
    checkDrained()
  })

  return {
    address: ports.address,
    send(message) {
      if (!isOpen) return
      const frame = frameOf(message)
      const queued = queuedBytes()
      // One frame may always wait, however large.
      if (queued > 0 && queued + frame.length > maxQueuedBytes) {
        return giveUp()
      }
      if (frames.length === 0) outgoing.schedule(flush)
      frames.push(frame)
      waitingBytes += frame.length
      ports.sent()
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
  }
}

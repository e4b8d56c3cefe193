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
  /** The queue grew over its bound: the socket is being closed with 4408 (D15). */
  readonly tooSlow: () => void
}

export function createNativeSocket(ports: NativeSocketPorts): Socket {
  const { webSocket, raw, frameOf, outgoing, maxQueuedBytes } = ports
  /** Most turns have one frame for a socket, or none: a list of its own is made for those with more. */
  let frame: Buffer | undefined
  let frames: Buffer[] | undefined
  let waitingBytes = 0
  let isOpen = true
  let drained: (() => void)[] = []

  const queuedBytes = (): number => waitingBytes + raw.writableLength

  function flush(): void {
    const batch = frames ?? frame
    forget()
    if (batch === undefined || !raw.writable) return
    outgoing.write(raw, batch)
    checkDrained()
  }

  function forget(): void {
    frame = undefined
    frames = undefined
    waitingBytes = 0
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
    forget()
    checkDrained()
  })

  return {
    address: ports.address,
    send(message) {
      if (!isOpen) return
      const next = frameOf(message)
      const queued = queuedBytes()
      // One frame may always wait, however large.
      if (queued > 0 && queued + next.length > maxQueuedBytes) return giveUp()
      waitingBytes += next.length
      if (frame === undefined) {
        frame = next
        outgoing.schedule(flush, message.type === 'events')
      } else if (frames === undefined) {
        frames = [frame, next]
      } else {
        frames.push(next)
      }
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

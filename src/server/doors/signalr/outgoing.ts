import type { Clock } from '../../hub/ports.ts'
import type { WebSocketLine } from '../web-socket-line.ts'
import { handshakeAnswer } from './handshake.ts'
import type { HubProtocol, ToClient } from './hub-message.ts'
import { createMessageBuffer, type MessageBuffer, RESUME_BUFFER_BYTES } from './message-buffer.ts'

/** Above this a stream waits for what is queued. */
const PACE_BYTES = 262_144

/** Everything that goes to one client, over the line there is, or kept for the next one. */
export interface Outgoing {
  /** The line it goes over now; none while it is cut. */
  line: WebSocketLine | undefined
  readonly protocol: HubProtocol | undefined
  /** Of a client that can resume. */
  readonly buffer: MessageBuffer | undefined
  /** Monotonic. */
  readonly lastSent: number
  agree(protocol: HubProtocol, mayResume: boolean): void
  /** JSON in every protocol, and in binary frames for those that are binary. */
  answerHandshake(error?: string): void
  send(message: ToClient): void
  /** At once, whatever waits: nothing comes after it. */
  sendLast(message: ToClient): void
  queuedBytes(): number
  onDrained(run: () => void): void
  checkDrained(): void
  /** Waits while much is queued. */
  paced(): Promise<void>
  end(): void
}

export function createOutgoing(ports: {
  readonly clock: Pick<Clock, 'monotonic'>
  readonly maxQueuedBytes: number
  /** More waits for a client than may. */
  readonly overflow: () => void
}): Outgoing {
  const { clock, maxQueuedBytes } = ports
  let drained: (() => void)[] = []
  let lastSent = clock.monotonic()
  let protocol: HubProtocol | undefined
  let buffer: MessageBuffer | undefined

  function write(data: string | Uint8Array): void {
    lastSent = clock.monotonic()
    outgoing.line?.send(data)
  }

  const outgoing: Outgoing = {
    line: undefined,
    get protocol() {
      return protocol
    },
    get buffer() {
      return buffer
    },
    get lastSent() {
      return lastSent
    },
    agree(agreed, mayResume) {
      protocol = agreed
      if (!mayResume) return
      buffer = createMessageBuffer({ encode: agreed.encode, write, limit: RESUME_BUFFER_BYTES })
    },
    answerHandshake(error) {
      const answer = handshakeAnswer(error)
      write(protocol?.name === 'messagepack' ? Buffer.from(answer) : answer)
    },
    send(message) {
      if (protocol === undefined) return
      if (buffer === undefined) return write(protocol.encode(message))
      buffer.send(message)
      if (buffer.waitingBytes() > maxQueuedBytes) ports.overflow()
    },
    sendLast(message) {
      if (protocol !== undefined) write(protocol.encode(message))
    },
    queuedBytes: () => (outgoing.line?.queuedBytes() ?? 0) + (buffer?.waitingBytes() ?? 0),
    onDrained(run) {
      drained.push(run)
      outgoing.line?.onDrained(() => outgoing.checkDrained())
    },
    checkDrained() {
      if (drained.length === 0 || outgoing.queuedBytes() > PACE_BYTES / 4) return
      for (const run of drained.splice(0)) run()
    },
    async paced() {
      if (outgoing.queuedBytes() <= PACE_BYTES) return
      await new Promise<void>((resolve) => outgoing.onDrained(resolve))
    },
    end() {
      const waiting = drained
      drained = []
      for (const run of waiting) run()
    },
  }
  return outgoing
}

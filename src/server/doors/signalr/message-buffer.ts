import { type FromClient, isCounted, ProtocolFault, type ToClient } from './hub-message.ts'

/** What stateful reconnect keeps until the client has acknowledged it: ASP.NET's own default. */
export const RESUME_BUFFER_BYTES = 100_000

/**
 * The server's side of stateful reconnect. Messages that matter are counted on both sides from 1 on, without their
 * numbers being sent. Each side keeps what the other has not acknowledged. After the line was cut, both say with
 * `sequence` from which number they send again, and pass over what they have received before.
 */
export interface MessageBuffer {
  /** The client is ready to count: until then nothing counted is sent. */
  start(): void
  /** Sends now, or when there is room or a line again. */
  send(message: ToClient): void
  /** Whether the message is new; told of every message that comes. Throws `ProtocolFault`. */
  isNew(message: FromClient): boolean
  /** What the client should be told that it was received, once. */
  unacknowledged(): number | undefined
  /** The line is gone. */
  disconnected(): void
  /** There is a line again, and the client knows who it talks to: begins with what it may have missed. */
  resume(): void
  /** Bytes that wait here. */
  waitingBytes(): number
}

interface Kept {
  readonly number: number
  readonly data: string | Uint8Array
}

export function createMessageBuffer(ports: {
  readonly encode: (message: ToClient) => string | Uint8Array
  readonly write: (data: string | Uint8Array) => void
  readonly limit: number
}): MessageBuffer {
  const { encode, write, limit } = ports
  /** Counted messages the client has not acknowledged, the oldest first. */
  let sent: Kept[] = []
  let sentBytes = 0
  /** Those behind them. */
  let waiting: Kept[] = []
  let waitingBytes = 0
  let lastNumber = 0
  let isConnected = false
  let awaitsSequence = false
  let nextReceived = 1
  let latestReceived = 0
  let latestAcked = 0

  /** Of .NET's two bounds this is the one: the message that reaches it still goes out. */
  function sendWaiting(): void {
    while (isConnected && sentBytes < limit) {
      const next = waiting.shift()
      if (next === undefined) return
      waitingBytes -= next.data.length
      sent.push(next)
      sentBytes += next.data.length
      write(next.data)
    }
  }

  function acknowledged(number: number): void {
    if (number > lastNumber) throw new ProtocolFault('An acknowledgement of what was never sent.')
    const kept = sent.findIndex((each) => each.number > number)
    const done = sent.splice(0, kept === -1 ? sent.length : kept)
    for (const { data } of done) sentBytes -= data.length
    sendWaiting()
  }

  return {
    start() {
      isConnected = true
      sendWaiting()
    },

    send(message) {
      const data = encode(message)
      if (!isCounted(message)) {
        if (isConnected) write(data)
        return
      }
      waiting.push({ number: ++lastNumber, data })
      waitingBytes += data.length
      sendWaiting()
    },

    isNew(message) {
      if (awaitsSequence) {
        if (message.kind === 'sequence') awaitsSequence = false
        else return false
      }
      if (message.kind === 'ack') acknowledged(message.sequence)
      if (message.kind === 'sequence') {
        if (message.sequence > nextReceived || message.sequence < 1) {
          throw new ProtocolFault('A sequence that leaves messages out.')
        }
        nextReceived = message.sequence
      }
      if (!isCounted(message)) return true
      const number = nextReceived++
      if (number <= latestReceived) return false
      latestReceived = number
      return true
    },

    unacknowledged() {
      if (!isConnected || awaitsSequence || latestAcked === latestReceived) return undefined
      latestAcked = latestReceived
      return latestReceived
    },

    disconnected() {
      isConnected = false
      awaitsSequence = true
    },

    resume() {
      isConnected = true
      awaitsSequence = true
      // An acknowledgement that went down with the line is said again.
      latestAcked = 0
      write(
        encode({
          kind: 'sequence',
          sequence: sent[0]?.number ?? waiting[0]?.number ?? lastNumber + 1,
        }),
      )
      for (const { data } of sent) write(data)
      sendWaiting()
    },

    waitingBytes: () => waitingBytes,
  }
}

/**
 * One direction of a bad line, as the programs at its ends see it under TCP: late, uneven, slow, now and then
 * stalled by a lost segment, or cut. Nothing is lost or reordered for good, since TCP sends again what was.
 */
export interface LineQuality {
  /** One way. */
  readonly delayMs: number
  /** Up to so much more for each segment. */
  readonly jitterMs: number
  /** Chance of each segment to be lost, from 0 to below 1. All that comes after it waits until it is sent again. */
  readonly loss: number
  /** After how long a lost segment is sent again. */
  readonly resendMs: number
  readonly bytesPerSecond: number
}

export const perfectLine: LineQuality = {
  delayMs: 0,
  jitterMs: 0,
  loss: 0,
  resendMs: 200,
  bytesPerSecond: Infinity,
}

export interface LineClock {
  monotonic(): number
  after(ms: number, run: () => void): () => void
}

export interface Line {
  send(bytes: Uint8Array): void
  /** Says the end behind all that was sent. */
  end(): void
  /** What was sent and has not arrived. */
  bytesUnderWay(): number
  /** While it is cut, nothing arrives; what was sent meanwhile arrives when it is mended. */
  setCut(isCut: boolean): void
  /** Concerns what is sent from now on. */
  setQuality(quality: LineQuality): void
  dispose(): void
}

export interface LinePorts {
  readonly clock: LineClock
  /** In [0, 1). */
  readonly random: () => number
  deliver(bytes: Uint8Array): void
  /** The end arrived. */
  ended(): void
}

/** What one Ethernet frame takes of a TCP stream. */
const SEGMENT_BYTES = 1_448

interface Segment {
  /** Null for the end. */
  readonly bytes: Uint8Array | null
  readonly due: number
}

export function createLine(firstQuality: LineQuality, ports: LinePorts): Line {
  const { clock, random, deliver, ended } = ports
  let quality = firstQuality
  let underWay: Segment[] = []
  let bytesUnderWay = 0
  let isCut = false
  /** When the sender's interface has sent everything it was given. */
  let sentAt = 0
  let cancel: (() => void) | null = null

  function enqueue(bytes: Uint8Array | null): void {
    const now = clock.monotonic()
    const size = bytes?.length ?? 0
    sentAt = Math.max(now, sentAt) + (size * 1_000) / quality.bytesPerSecond
    let due = sentAt + quality.delayMs + random() * quality.jitterMs
    for (let wait = quality.resendMs; random() < quality.loss; wait *= 2) due += wait
    underWay.push({ bytes, due: Math.max(due, underWay.at(-1)?.due ?? 0) })
    bytesUnderWay += size
  }

  function plan(): void {
    const [first] = underWay
    if (cancel !== null || isCut || first === undefined) return
    cancel = clock.after(Math.max(0, first.due - clock.monotonic()), arrive)
  }

  function arrive(): void {
    cancel = null
    const now = clock.monotonic()
    const later = underWay.findIndex(({ due }) => due > now)
    const arrived = underWay.splice(0, later === -1 ? underWay.length : later)
    for (const { bytes } of arrived) {
      if (bytes === null) ended()
      else {
        bytesUnderWay -= bytes.length
        deliver(bytes)
      }
    }
    plan()
  }

  return {
    send(bytes) {
      for (let at = 0; at < bytes.length; at += SEGMENT_BYTES) {
        enqueue(bytes.subarray(at, at + SEGMENT_BYTES))
      }
      plan()
    },
    end() {
      enqueue(null)
      plan()
    },
    bytesUnderWay: () => bytesUnderWay,
    setCut(cut) {
      isCut = cut
      cancel?.()
      cancel = null
      plan()
    },
    setQuality(next) {
      quality = next
    },
    dispose() {
      cancel?.()
      cancel = null
      underWay = []
      isCut = true
    },
  }
}

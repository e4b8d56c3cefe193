/** Of a client's frame: its mask (RFC 6455, 5.2). */
const MASK_BYTES = 4
const LONGEST_HEADER = 10

/**
 * How much of a message has come that is not whole yet: ws does not say. Goes over a client's frames by their
 * headers alone; what is wrong with them is for ws to find.
 */
export interface FrameWalk {
  read(chunk: Uint8Array): void
  /** Bytes since the message that is under way began, also those of control frames between its own; 0 when none is. */
  held(): number
  /** Of its frame that are still to come. */
  toCome(): number
  /** Whole frames of it came compressed, and may have become far more. */
  isInflated(): boolean
  /** Counts the messages, so that one can be told from the next. */
  message(): number
}

export function createFrameWalk(): FrameWalk {
  const header = Buffer.alloc(LONGEST_HEADER)
  let headerBytes = 0
  /** Of the frame, with its mask. */
  let left = 0
  let isInFrame = false
  let isControl = false
  let isLast = false
  let isUnderWay = false
  let isCompressed = false
  let isInflated = false
  let held = 0
  let message = 0

  function headerLength(): number {
    const length = (header[1] ?? 0) & 0x7f
    return length < 126 ? 2 : length === 126 ? 4 : 10
  }

  function payloadLength(): number {
    const length = (header[1] ?? 0) & 0x7f
    if (length < 126) return length
    if (length === 126) return header.readUInt16BE(2)
    return header.readUInt32BE(2) * 4_294_967_296 + header.readUInt32BE(6)
  }

  function beginFrame(): void {
    const first = header[0] ?? 0
    headerBytes = 0
    left = payloadLength() + MASK_BYTES
    isInFrame = true
    isControl = (first & 0x08) !== 0
    if (isControl) return
    isLast = (first & 0x80) !== 0
    if (isUnderWay) return
    isUnderWay = true
    isCompressed = (first & 0x40) !== 0
    message++
  }

  function endFrame(): void {
    isInFrame = false
    if (isControl) return
    isInflated = isCompressed && !isLast
    if (isLast) isUnderWay = false
  }

  return {
    read(chunk) {
      let at = 0
      let from = 0
      while (at < chunk.length) {
        if (isInFrame) {
          const taken = Math.min(left, chunk.length - at)
          left -= taken
          at += taken
          if (left === 0) endFrame()
          if (!isUnderWay) {
            from = at
            held = 0
          }
        } else {
          header[headerBytes++] = chunk[at++] ?? 0
          if (headerBytes >= 2 && headerBytes === headerLength()) beginFrame()
        }
      }
      if (isUnderWay) held += chunk.length - from
    },
    held: () => held,
    toCome: () => (isUnderWay && isInFrame && !isControl ? left : 0),
    isInflated: () => isInflated,
    message: () => message,
  }
}

/** Of a client's frame: its mask (RFC 6455, 5.2). */
const MASK_BYTES = 4

/**
 * How much of a message has come that is not whole yet: ws does not say. Goes over a client's frames by their
 * headers alone; what is wrong with them is for ws to find. There is one for each connection, so it is small: numbers
 * in one object.
 */
export class FrameWalk {
  /** The first byte of the header that is being read, and of its length what has come. */
  #first = 0
  #length = 0
  #headerBytes = 0
  #headerLength = 2
  /** Of the frame, with its mask. */
  #left = 0
  #isInFrame = false
  #isControl = false
  #isLast = false
  #isUnderWay = false
  #isCompressed = false
  #isInflated = false
  #held = 0
  #message = 0

  read(chunk: Uint8Array): void {
    let at = 0
    let from = 0
    while (at < chunk.length) {
      if (this.#isInFrame) {
        const taken = Math.min(this.#left, chunk.length - at)
        this.#left -= taken
        at += taken
        if (this.#left === 0) this.#endFrame()
        if (!this.#isUnderWay) {
          from = at
          this.#held = 0
        }
      } else {
        this.#readHeader(chunk[at++] ?? 0)
      }
    }
    if (this.#isUnderWay) this.#held += chunk.length - from
  }

  /** Bytes since the message that is under way began, also those of control frames between its own; 0 when none is. */
  held(): number {
    return this.#held
  }

  /** Of its frame that are still to come. */
  toCome(): number {
    return this.#isUnderWay && this.#isInFrame && !this.#isControl ? this.#left : 0
  }

  /** Whole frames of it came compressed, and may have become far more. */
  isInflated(): boolean {
    return this.#isInflated
  }

  /** Counts the messages, so that one can be told from the next. */
  message(): number {
    return this.#message
  }

  #readHeader(byte: number): void {
    const place = this.#headerBytes++
    if (place === 0) {
      this.#first = byte
      return
    }
    if (place === 1) {
      const length = byte & 0x7f
      this.#headerLength = length < 126 ? 2 : length === 126 ? 4 : 10
      this.#length = length < 126 ? length : 0
    } else {
      this.#length = this.#length * 256 + byte
    }
    if (this.#headerBytes === this.#headerLength) this.#beginFrame()
  }

  #beginFrame(): void {
    this.#headerBytes = 0
    this.#left = this.#length + MASK_BYTES
    this.#isInFrame = true
    this.#isControl = (this.#first & 0x08) !== 0
    if (this.#isControl) return
    this.#isLast = (this.#first & 0x80) !== 0
    if (this.#isUnderWay) return
    this.#isUnderWay = true
    this.#isCompressed = (this.#first & 0x40) !== 0
    this.#message++
  }

  #endFrame(): void {
    this.#isInFrame = false
    if (this.#isControl) return
    this.#isInflated = this.#isCompressed && !this.#isLast
    if (this.#isLast) this.#isUnderWay = false
  }
}

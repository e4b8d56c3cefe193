/** WebSocket frames (RFC 6455) at the least cost: a generator that is slower than the server measures itself. */

/** Any but zeros, with which servers leave out the unmasking. */
const MASK = [0x1b, 0x2d, 0x4e, 0x87] as const

/** A final text frame as a client sends it. */
export function clientText(text: string, opcode = 1): Buffer {
  const length = Buffer.byteLength(text)
  const header = length < 126 ? 2 : length < 65_536 ? 4 : 10
  const frame = Buffer.allocUnsafe(header + 4 + length)
  frame[0] = 0x80 | opcode
  if (header === 2) {
    frame[1] = 0x80 | length
  } else if (header === 4) {
    frame[1] = 0x80 | 126
    frame.writeUInt16BE(length, 2)
  } else {
    frame[1] = 0x80 | 127
    frame.writeBigUInt64BE(BigInt(length), 2)
  }
  const body = header + 4
  frame.set(MASK, header)
  frame.write(text, body)
  for (let at = 0; at < length; at++) {
    frame[body + at] = (frame[body + at] ?? 0) ^ (MASK[at & 3] ?? 0)
  }
  return frame
}

/** The payload lies in `bytes` from `start` to `end`, until the next call. */
export type TakeFrame = (bytes: Buffer, start: number, end: number, opcode: number) => void

export interface FrameReader {
  /** `bytes` may be used again by whoever gives them as soon as this returns. */
  feed(bytes: Buffer): void
}

/** Cuts what a server sends into frames: unmasked, and never in fragments, which no server here sends. */
export function createFrameReader(take: TakeFrame): FrameReader {
  /** The beginning of a frame whose end has not come. */
  let parts: Buffer[] = []
  let have = 0
  let need = 0

  function keep(bytes: Buffer, from: number, wanted: number): void {
    parts = [Buffer.from(bytes.subarray(from))]
    have = bytes.length - from
    need = wanted
  }

  function feed(given: Buffer): void {
    let bytes = given
    if (have > 0) {
      have += given.length
      if (have < need) {
        parts.push(Buffer.from(given))
        return
      }
      bytes = Buffer.concat([...parts, given])
      parts = []
      have = 0
    }
    const size = bytes.length
    let at = 0
    while (at < size) {
      if (size - at < 2) return keep(bytes, at, 2)
      let length = (bytes[at + 1] ?? 0) & 0x7f
      let header = 2
      if (length === 126) {
        if (size - at < 4) return keep(bytes, at, 4)
        length = bytes.readUInt16BE(at + 2)
        header = 4
      } else if (length === 127) {
        if (size - at < 10) return keep(bytes, at, 10)
        length = Number(bytes.readBigUInt64BE(at + 2))
        header = 10
      }
      const start = at + header
      if (start + length > size) return keep(bytes, at, header + length)
      take(bytes, start, start + length, (bytes[at] ?? 0) & 0x0f)
      at = start + length
    }
  }
  return { feed }
}

import { ProtocolFault } from './hub-message.ts'

/** Frames one message may be spread over; each further one copies what came before. */
const MOST_PIECES = 64

/** Keeps the beginning of a message until its end arrives. Clients send whole messages; proxies may not. */
export function createPieces(): {
  joined(data: Uint8Array): Buffer
  keep(rest: Buffer): void
} {
  let rest: Buffer | undefined
  let count = 0
  return {
    joined(data) {
      const view = Buffer.from(data.buffer, data.byteOffset, data.byteLength)
      return rest === undefined ? view : Buffer.concat([rest, view])
    },
    keep(left) {
      count = left.length === 0 ? 0 : count + 1
      rest = left.length === 0 ? undefined : left
      if (count > MOST_PIECES) throw new ProtocolFault('A message came in too many pieces.')
    },
  }
}

export function tooLarge(maxMessageBytes: number): ProtocolFault {
  return new ProtocolFault(`A message has at most ${maxMessageBytes} bytes.`)
}

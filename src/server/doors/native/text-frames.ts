import { encode } from '../../../protocol/codec.ts'
import type { ServerMessage } from '../../../protocol/server-messages.ts'

/** Final text frame, no mask, no compression (RFC 6455, 5.2): what a server sends. */
const FINAL_TEXT = 0x81

/**
 * Encodes and frames messages, each object once however many sockets it goes to: the hub sends everyone the
 * same object. The memory goes with the message.
 */
export function createTextFrames(): (message: ServerMessage) => Buffer {
  const framed = new WeakMap<ServerMessage, Buffer>()
  let last: { readonly message: ServerMessage; readonly frame: Buffer } | undefined
  return (message) => {
    if (last?.message === message) return last.frame
    const known = framed.get(message)
    if (known !== undefined) return known
    const frame = textFrame(encode(message))
    // Nobody else is sent an ack, and there are as many as writes.
    if (message.type !== 'ack') framed.set(message, frame)
    last = { message, frame }
    return frame
  }
}

export function textFrame(text: string): Buffer {
  const length = Buffer.byteLength(text)
  const header = length < 126 ? 2 : length < 65_536 ? 4 : 10
  const frame = Buffer.allocUnsafe(header + length)
  frame[0] = FINAL_TEXT
  if (header === 2) {
    frame[1] = length
  } else if (header === 4) {
    frame[1] = 126
    frame.writeUInt16BE(length, 2)
  } else {
    frame[1] = 127
    frame.writeUInt32BE(Math.floor(length / 4_294_967_296), 2)
    frame.writeUInt32BE(length % 4_294_967_296, 6)
  }
  frame.write(text, header)
  return frame
}

import { Decoder, Encoder } from '@msgpack/msgpack'
import { type HubProtocol, MessageType, ProtocolFault, type ToClient } from './hub-message.ts'
import { createPieces, tooLarge } from './pieces.ts'
import { readPackedMessage } from './read-message.ts'

/** Bytes of the length in front of a message, seven bits each. */
const LONGEST_PREFIX = 5
/** Kinds of completions. */
const ERROR = 1
const VOID = 2
const RESULT = 3

/** MessagePack arrays, each behind its length as a variable-length integer. */
export function createMessagePackProtocol(maxMessageBytes: number): HubProtocol {
  const encoder = new Encoder({ ignoreUndefined: true })
  const decoder = new Decoder({
    maxStrLength: maxMessageBytes,
    maxBinLength: maxMessageBytes,
    maxExtLength: 64,
    // Room for an array is made when its length is read: nested ones must not add up to much.
    maxArrayLength: 32,
    maxMapLength: 64,
    // Its cache of names is shared by everybody, and grows by what strangers send.
    keyDecoder: null,
  })
  const pieces = createPieces()

  function read(bytes: Uint8Array): unknown {
    try {
      return decoder.decode(bytes)
    } catch (fault) {
      throw new ProtocolFault(`A message is not MessagePack: ${String(fault).slice(0, 200)}`)
    }
  }

  return {
    name: 'messagepack',

    encode(message) {
      const body = encoder.encode(shapeOf(message))
      const prefix = lengthPrefix(body.length)
      return Buffer.concat([prefix, body])
    },

    decode(data) {
      const all = pieces.joined(data)
      const messages = []
      let from = 0
      for (;;) {
        const prefix = readLength(all, from)
        if (prefix === undefined) break
        if (prefix.length > maxMessageBytes) throw tooLarge(maxMessageBytes)
        const end = prefix.bodyAt + prefix.length
        if (end > all.length) break
        messages.push(readPackedMessage(read(all.subarray(prefix.bodyAt, end))))
        from = end
      }
      pieces.keep(all.subarray(from))
      return messages
    },
  }
}

export function lengthPrefix(length: number): Buffer {
  const bytes: number[] = []
  let left = length
  do {
    const more = left > 0x7f ? 0x80 : 0
    bytes.push((left & 0x7f) | more)
    left >>>= 7
  } while (left > 0)
  return Buffer.from(bytes)
}

/** Undefined while the length has not all arrived. */
function readLength(
  bytes: Buffer,
  from: number,
): { readonly length: number; readonly bodyAt: number } | undefined {
  let length = 0
  for (let index = 0; index < LONGEST_PREFIX; index++) {
    const byte = bytes[from + index]
    if (byte === undefined) return undefined
    length += (byte & 0x7f) * 2 ** (7 * index)
    if ((byte & 0x80) === 0) return { length, bodyAt: from + index + 1 }
  }
  throw new ProtocolFault('The length of a message does not end.')
}

function shapeOf(message: ToClient): readonly unknown[] {
  switch (message.kind) {
    case 'invocation':
      return [MessageType.invocation, {}, null, message.target, [message.argument], []]
    case 'item':
      return [MessageType.streamItem, {}, message.id, message.item]
    case 'result':
      return [MessageType.completion, {}, message.id, RESULT, message.result]
    case 'done':
      return [MessageType.completion, {}, message.id, VOID]
    case 'failed':
      return [MessageType.completion, {}, message.id, ERROR, message.error]
    case 'ping':
      return [MessageType.ping]
    case 'close':
      return [MessageType.close, message.error ?? null, message.allowReconnect]
    case 'ack':
      return [MessageType.ack, message.sequence]
    case 'sequence':
      return [MessageType.sequence, message.sequence]
  }
}

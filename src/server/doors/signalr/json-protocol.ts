import { type HubProtocol, MessageType, ProtocolFault, type ToClient } from './hub-message.ts'
import { createPieces, tooLarge } from './pieces.ts'
import { readJsonMessage } from './read-message.ts'

/** Ends every message, and the handshake, which is always JSON. */
export const RECORD_SEPARATOR = 0x1e
const END = '\u001e'

/** JSON objects, each ended by a record separator. Several may share a frame, or one be spread over two. */
export function createJsonProtocol(maxMessageBytes: number): HubProtocol {
  const pieces = createPieces()

  return {
    name: 'json',
    encode: (message) => `${JSON.stringify(shapeOf(message))}${END}`,

    decode(data) {
      const all = pieces.joined(data)
      const messages = []
      let from = 0
      for (let end = all.indexOf(RECORD_SEPARATOR); end !== -1;) {
        if (end - from > maxMessageBytes) throw tooLarge(maxMessageBytes)
        messages.push(readJsonMessage(parse(all.toString('utf8', from, end))))
        from = end + 1
        end = all.indexOf(RECORD_SEPARATOR, from)
      }
      if (all.length - from > maxMessageBytes) throw tooLarge(maxMessageBytes)
      pieces.keep(all.subarray(from))
      return messages
    },
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new ProtocolFault('A message is not JSON.')
  }
}

function shapeOf(message: ToClient): object {
  switch (message.kind) {
    case 'invocation':
      return { type: MessageType.invocation, target: message.target, arguments: [message.argument] }
    case 'item':
      return { type: MessageType.streamItem, invocationId: message.id, item: message.item }
    case 'result':
      return { type: MessageType.completion, invocationId: message.id, result: message.result }
    case 'done':
      return { type: MessageType.completion, invocationId: message.id }
    case 'failed':
      return { type: MessageType.completion, invocationId: message.id, error: message.error }
    case 'ping':
      return { type: MessageType.ping }
    case 'close': {
      const { error, allowReconnect } = message
      const isSet = error === undefined ? {} : { error }
      return { type: MessageType.close, ...isSet, ...(allowReconnect ? { allowReconnect } : {}) }
    }
    case 'ack':
      return { type: MessageType.ack, sequenceId: message.sequence }
    case 'sequence':
      return { type: MessageType.sequence, sequenceId: message.sequence }
  }
}

import { z } from 'zod'
import type { HubProtocol } from './hub-message.ts'
import { createJsonProtocol, RECORD_SEPARATOR } from './json-protocol.ts'
import { createMessagePackProtocol } from './message-pack-protocol.ts'

/** Longest handshake: a client's own has about 40 bytes. */
const MAX_BYTES = 4_096
/** 2 is stateful reconnect. */
const NEWEST_VERSION = 2

const requestSchema = z.object({ protocol: z.string(), version: z.int() })

export type Handshake =
  | { readonly kind: 'incomplete' }
  | {
      readonly kind: 'agreed'
      readonly protocol: HubProtocol
      readonly version: number
      /** What came after it in the same frame. */
      readonly rest: Buffer
    }
  /** Not agreed; `answer` says so to the client. */
  | { readonly kind: 'failed'; readonly error: string }

/** Reads the first message, which is JSON whatever follows. `data` is everything that came so far. */
export function readHandshake(data: Buffer, maxMessageBytes: number): Handshake {
  const end = data.indexOf(RECORD_SEPARATOR)
  if (end > MAX_BYTES || (end === -1 && data.length > MAX_BYTES)) {
    return { kind: 'failed', error: 'The handshake is too long.' }
  }
  if (end === -1) return { kind: 'incomplete' }
  const request = requestSchema.safeParse(parse(data.toString('utf8', 0, end)))
  if (!request.success) return { kind: 'failed', error: 'This is not a handshake.' }
  const { protocol: name, version } = request.data
  const protocol = protocolNamed(name, maxMessageBytes)
  if (protocol === undefined) {
    return { kind: 'failed', error: `The protocol '${name.slice(0, 40)}' is not supported.` }
  }
  if (version < 1 || version > NEWEST_VERSION) {
    const error = `The server does not support version ${version} of the '${name}' protocol.`
    return { kind: 'failed', error }
  }
  return { kind: 'agreed', protocol, version, rest: data.subarray(end + 1) }
}

export function handshakeAnswer(error?: string): string {
  return `${JSON.stringify(error === undefined ? {} : { error })}\u001e`
}

function protocolNamed(name: string, maxMessageBytes: number): HubProtocol | undefined {
  if (name === 'json') return createJsonProtocol(maxMessageBytes)
  return name === 'messagepack' ? createMessagePackProtocol(maxMessageBytes) : undefined
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

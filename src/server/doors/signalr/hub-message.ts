/** The messages of the SignalR hub protocol, whichever way they are encoded. */
export const MessageType = {
  invocation: 1,
  streamItem: 2,
  completion: 3,
  streamInvocation: 4,
  cancelInvocation: 5,
  ping: 6,
  close: 7,
  ack: 8,
  sequence: 9,
} as const

/** What a client may say. */
export type FromClient =
  | {
      readonly kind: 'invocation' | 'stream-invocation'
      /** Undefined asks for no answer. */
      readonly id: string | undefined
      readonly target: string
      readonly arguments: readonly unknown[]
      /** Streams the client would upload. */
      readonly streamIds: readonly string[]
    }
  | { readonly kind: 'cancel'; readonly id: string }
  | { readonly kind: 'ping' }
  | { readonly kind: 'close' }
  | { readonly kind: 'ack' | 'sequence'; readonly sequence: number }
  /** Of uploads, which no method takes: counted, and otherwise passed over. */
  | { readonly kind: 'upload' }
  /** Of a later protocol: passed over. */
  | { readonly kind: 'unknown' }

/** What the server may say. */
export type ToClient =
  | { readonly kind: 'invocation'; readonly target: string; readonly argument: unknown }
  | { readonly kind: 'item'; readonly id: string; readonly item: unknown }
  | { readonly kind: 'result'; readonly id: string; readonly result: unknown }
  | { readonly kind: 'done'; readonly id: string }
  | { readonly kind: 'failed'; readonly id: string; readonly error: string }
  | { readonly kind: 'ping' }
  | { readonly kind: 'close'; readonly error: string | undefined; readonly allowReconnect: boolean }
  | { readonly kind: 'ack' | 'sequence'; readonly sequence: number }

/** The bytes are not of the protocol: the connection is not worth keeping. */
export class ProtocolFault extends Error {}

export interface HubProtocol {
  readonly name: 'json' | 'messagepack'
  encode(message: ToClient): string | Uint8Array
  /** Messages of what has arrived, in order; keeps a beginning whose end has not. Throws `ProtocolFault`. */
  decode(data: Uint8Array): FromClient[]
}

/** Whether resuming counts it (stateful reconnect); pings, acks and the like are never sent twice. */
export function isCounted({ kind }: FromClient | ToClient): boolean {
  switch (kind) {
    case 'invocation':
    case 'stream-invocation':
    case 'cancel':
    case 'upload':
    case 'item':
    case 'result':
    case 'done':
    case 'failed':
      return true
    case 'ping':
    case 'close':
    case 'ack':
    case 'sequence':
    case 'unknown':
      return false
  }
}

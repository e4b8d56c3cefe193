import { z } from 'zod'
import { type FromClient, MessageType, ProtocolFault } from './hub-message.ts'

/** Longest invocation id, target and header: a client's own are a few digits and a method's name. */
const shortText = z.string().max(256)
const id = shortText.min(1)
const sequence = z.int().min(0)
const streamIds = z.array(shortText).max(16)
const callArguments = z.array(z.unknown()).max(32)
/** Text and numbers of the client's own; read past, as the protocol wants. */
const headers = z.record(z.string(), z.unknown())

const jsonCall = z.object({
  invocationId: id.nullish(),
  target: id,
  arguments: callArguments,
  streamIds: streamIds.nullish(),
})
const jsonNamed = z.object({ invocationId: id })
const jsonSequence = z.object({ sequenceId: sequence })

/** Reads one message of the JSON encoding. */
export function readJsonMessage(value: unknown): FromClient {
  const type = z.object({ type: z.int() }).safeParse(value)
  if (!type.success) throw new ProtocolFault('A message has no type.')
  switch (type.data.type) {
    case MessageType.invocation:
    case MessageType.streamInvocation: {
      const call = expect(jsonCall, value)
      return callOf(type.data.type, call.invocationId, call.target, call.arguments, call.streamIds)
    }
    case MessageType.cancelInvocation:
      return { kind: 'cancel', id: expect(jsonNamed, value).invocationId }
    case MessageType.ack:
      return { kind: 'ack', sequence: expect(jsonSequence, value).sequenceId }
    case MessageType.sequence:
      return { kind: 'sequence', sequence: expect(jsonSequence, value).sequenceId }
    default:
      return plain(type.data.type)
  }
}

const packedCall = z.tuple(
  [z.int(), headers, id.nullable(), id, callArguments, streamIds.nullish()],
  z.unknown(),
)
const packedCallWithoutStreams = z.tuple([z.int(), headers, id.nullable(), id, callArguments])
const packedNamed = z.tuple([z.int(), headers, id], z.unknown())
const packedSequence = z.tuple([z.int(), sequence], z.unknown())

/** Reads one message of the MessagePack encoding, which is an array whose first item is the type. */
export function readPackedMessage(value: unknown): FromClient {
  const [type]: readonly unknown[] = Array.isArray(value) ? value : []
  if (typeof type !== 'number') throw new ProtocolFault('A message has no type.')
  switch (type) {
    case MessageType.invocation:
    case MessageType.streamInvocation: {
      const isShort = Array.isArray(value) && value.length === 5
      if (isShort) {
        const [, , name, target, args] = expect(packedCallWithoutStreams, value)
        return callOf(type, name, target, args, undefined)
      }
      const [, , name, target, args, streams] = expect(packedCall, value)
      return callOf(type, name, target, args, streams)
    }
    case MessageType.cancelInvocation:
      return { kind: 'cancel', id: expect(packedNamed, value)[2] }
    case MessageType.ack:
      return { kind: 'ack', sequence: expect(packedSequence, value)[1] }
    case MessageType.sequence:
      return { kind: 'sequence', sequence: expect(packedSequence, value)[1] }
    default:
      return plain(type)
  }
}

function callOf(
  type: number,
  name: string | null | undefined,
  target: string,
  args: readonly unknown[],
  streams: readonly string[] | null | undefined,
): FromClient {
  const kind = type === MessageType.invocation ? 'invocation' : 'stream-invocation'
  if (kind === 'stream-invocation' && name == null) {
    throw new ProtocolFault('A stream has no invocation id.')
  }
  return { kind, id: name ?? undefined, target, arguments: args, streamIds: streams ?? [] }
}

function plain(type: number): FromClient {
  switch (type) {
    case MessageType.ping:
      return { kind: 'ping' }
    case MessageType.close:
      return { kind: 'close' }
    case MessageType.streamItem:
    case MessageType.completion:
      return { kind: 'upload' }
    default:
      return { kind: 'unknown' }
  }
}

function expect<Value>(schema: z.ZodType<Value>, value: unknown): Value {
  const read = schema.safeParse(value)
  if (read.success) return read.data
  const [issue] = read.error.issues
  throw new ProtocolFault(
    `A message is not of the protocol: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`,
  )
}

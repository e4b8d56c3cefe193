import type { z } from 'zod'
import { type ClientMessage, clientMessageSchema } from './client-messages.ts'
import type { ErrorCode } from './errors.ts'
import { type ServerMessage, serverMessageSchema } from './server-messages.ts'

/** Why a frame was not understood. `ref` and `id` are carried when they could be read, so that an answer can name them. */
export interface FrameFault {
  readonly kind: 'fault'
  readonly code: Extract<ErrorCode, 'malformed' | 'unknown-type' | 'too-large'>
  readonly message: string
  readonly type?: string
  readonly ref?: number
  readonly id?: string
  readonly room?: string
}
export type Decoded<Message> = { readonly kind: 'message'; readonly message: Message } | FrameFault

export function encode(message: ClientMessage | ServerMessage): string {
  return JSON.stringify(message)
}

/** Reads one text frame a client sent. Never throws. */
export function decodeClientMessage(frame: string): Decoded<ClientMessage> {
  return decode(frame, clientMessageSchema, clientTypes)
}

/** Reads one text frame a server sent. Never throws. */
export function decodeServerMessage(frame: string): Decoded<ServerMessage> {
  return decode(frame, serverMessageSchema, serverTypes)
}

const clientTypes = typesOf(clientMessageSchema)
const serverTypes = typesOf(serverMessageSchema)

function typesOf(union: { options: readonly unknown[] }): ReadonlySet<string> {
  return new Set(
    union.options.map(
      (option) => (option as z.ZodObject<{ type: z.ZodLiteral<string> }>).shape.type.value,
    ),
  )
}

function decode<Message>(
  frame: string,
  schema: z.ZodType<Message>,
  types: ReadonlySet<string>,
): Decoded<Message> {
  let value: unknown
  try {
    value = JSON.parse(frame)
  } catch {
    return { kind: 'fault', code: 'malformed', message: 'The frame is not JSON.' }
  }
  const result = schema.safeParse(value)
  if (result.success) return { kind: 'message', message: result.data }

  const record: Record<string, unknown> =
    typeof value === 'object' && value !== null ? { ...value } : {}
  const type = typeof record['type'] === 'string' ? record['type'].slice(0, 64) : undefined
  if (type !== undefined && !types.has(type)) {
    return {
      kind: 'fault',
      code: 'unknown-type',
      message: `There is no message of type ${JSON.stringify(type)}.`,
      ...named(record, type),
    }
  }
  // `too_big` is told apart because a text over its limit must reach the person as exactly that (D5).
  const tooLarge = result.error.issues.some((issue) => issue.code === 'too_big')
  return {
    kind: 'fault',
    code: tooLarge ? 'too-large' : 'malformed',
    message: describe(result.error),
    ...named(record, type),
  }
}

function named(
  record: Record<string, unknown>,
  type: string | undefined,
): Pick<FrameFault, 'type' | 'ref' | 'id' | 'room'> {
  const { ref, id, room } = record
  return {
    ...(type === undefined ? {} : { type }),
    ...(typeof ref === 'number' && Number.isSafeInteger(ref) && ref >= 0 ? { ref } : {}),
    ...(typeof id === 'string' && id.length <= 64 ? { id } : {}),
    ...(typeof room === 'string' && room.length <= 64 ? { room } : {}),
  }
}

/** The first three faults with their paths; enough to mend a client, bounded whatever was sent. */
function describe(error: z.ZodError): string {
  return error.issues
    .slice(0, 3)
    .map((issue) => `${issue.path.map(String).join('.') || 'frame'}: ${issue.message}`)
    .join('; ')
    .slice(0, 1_000)
}

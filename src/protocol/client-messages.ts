import { z } from 'zod'
import {
  deviceIdSchema,
  epochSchema,
  memberIdSchema,
  messageIdSchema,
  roomIdSchema,
  sessionIdSchema,
} from './ids.ts'
import {
  MAX_CURSORS,
  MAX_DEVICE_NAME_LENGTH,
  MAX_MEMBERS_PER_REQUEST,
  MAX_PAGE_MESSAGES,
} from './limits.ts'
import {
  cursorSchema,
  emojiSchema,
  memberNameSchema,
  nameSchema,
  roomNameSchema,
  sentTextSchema,
  seqSchema,
  topicSchema,
  visibilitySchema,
} from './records.ts'

/** What a device proves it may join with. A server started with `--open` asks for none. */
export const credentialSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('secret'), secret: z.string().min(1).max(512) }),
])
export type Credential = z.infer<typeof credentialSchema>

export const helloSchema = z.object({
  type: z.literal('hello'),
  versions: z.array(z.int().min(1)).min(1).max(16),
  /** When given, the server refuses unless it serves exactly this session. */
  session: sessionIdSchema.optional(),
  member: z.object({
    id: memberIdSchema,
    /** 32 random bytes in base64url, made for this session only. Binds the member id to its owner. */
    key: z.string().regex(/^[A-Za-z0-9_-]{43}$/, 'must be 32 bytes in base64url'),
    name: memberNameSchema,
  }),
  device: z.object({ id: deviceIdSchema, name: nameSchema(MAX_DEVICE_NAME_LENGTH) }),
  credential: credentialSchema.optional(),
  client: z.object({ name: z.string().max(80), version: z.string().max(40) }).optional(),
})
export type Hello = z.infer<typeof helloSchema>

/** A change to a room's log. `target` names the message it is about. */
export const operationSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('post'), text: sentTextSchema, replyTo: messageIdSchema.optional() }),
  z.object({ kind: z.literal('edit'), target: messageIdSchema, text: sentTextSchema }),
  z.object({ kind: z.literal('delete'), target: messageIdSchema }),
  z.object({ kind: z.literal('react'), target: messageIdSchema, emoji: emojiSchema }),
  z.object({ kind: z.literal('unreact'), target: messageIdSchema, emoji: emojiSchema }),
])
export type Operation = z.infer<typeof operationSchema>

export const submitSchema = z.object({
  type: z.literal('submit'),
  id: messageIdSchema,
  room: roomIdSchema,
  operation: operationSchema,
  /**
   * Set when no earlier write of this device to this room waits for an answer. While the server holds the
   * room, only such a write is looked at, so that nothing overtakes what was held (D2).
   */
  head: z.literal(true).optional(),
})
export type Submit = z.infer<typeof submitSchema>

/** Chosen by the client, unique among its requests in flight; the answer carries it back. */
const ref = z.int().min(0)
const room = roomIdSchema
const members = z.array(memberIdSchema).max(MAX_MEMBERS_PER_REQUEST)

export const requestSchemas = [
  /** The client chooses the room id, so that asking twice makes one room. */
  z.object({
    type: z.literal('create-room'),
    ref,
    room,
    name: roomNameSchema,
    topic: topicSchema,
    visibility: visibilitySchema,
    members,
  }),
  /** The direct room of exactly these people and the asker: the existing one, or a new one. */
  z.object({ type: z.literal('open-direct'), ref, members: members.min(1) }),
  z.object({ type: z.literal('join-room'), ref, room }),
  z.object({ type: z.literal('leave-room'), ref, room }),
  z.object({ type: z.literal('add-members'), ref, room, members: members.min(1) }),
  z.object({
    type: z.literal('change-room'),
    ref,
    room,
    name: roomNameSchema.optional(),
    topic: topicSchema.optional(),
  }),
  /** The public groups of the session, joined or not. */
  z.object({ type: z.literal('browse-rooms'), ref }),
  /** The newest messages with a number below `before`. */
  z.object({
    type: z.literal('history'),
    ref,
    room,
    before: z.int().min(1),
    limit: z.int().min(1).max(MAX_PAGE_MESSAGES),
  }),
] as const
export const requestSchema = z.discriminatedUnion('type', requestSchemas)
export type Request = z.infer<typeof requestSchema>

export const clientMessageSchema = z.discriminatedUnion('type', [
  helloSchema,
  /**
   * Asks for everything missed (D8). Answered by `plan`, then per room `events` or `reset`, then `synced`.
   * Rooms the member is in but sends no cursor for arrive as `reset`.
   */
  z.object({ type: z.literal('sync'), cursors: z.array(cursorSchema).max(MAX_CURSORS) }),
  /** Asks for the events of one room after `after`, when a number was skipped (D9). */
  z.object({ type: z.literal('catch-up'), room, epoch: epochSchema, after: seqSchema }),
  submitSchema,
  ...requestSchemas,
  z.object({ type: z.literal('read'), room, seq: seqSchema }),
  z.object({ type: z.literal('typing'), room, active: z.boolean() }),
  z.object({ type: z.literal('presence'), presence: z.enum(['online', 'away']) }),
  z.object({ type: z.literal('ping'), nonce: z.int().min(0) }),
])
export type ClientMessage = z.infer<typeof clientMessageSchema>

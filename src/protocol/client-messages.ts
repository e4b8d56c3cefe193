import { z } from 'zod'
import { inviteLifeSchema, settingsChangeSchema } from './admin.ts'
import { deviceKeySchema, signatureSchema } from './device-proof.ts'
import {
  deviceIdSchema,
  epochSchema,
  inviteIdSchema,
  memberIdSchema,
  messageIdSchema,
  roomIdSchema,
  sessionIdSchema,
} from './ids.ts'
import { integrationRequestSchemas } from './integrations.ts'
import {
  MAX_AUDIT_ENTRIES,
  MAX_CURSORS,
  MAX_DEVICE_NAME_LENGTH,
  MAX_INVITE_LABEL_LENGTH,
  MAX_MEMBERS_PER_REQUEST,
  MAX_PAGE_MESSAGES,
  MAX_TOKEN_LENGTH,
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
import { roleSchema } from './roles.ts'

/** What lets a new member or device in. One the server knows needs none: its proof is enough. */
export const credentialSchema = z.discriminatedUnion('kind', [
  /** Token of an invite, or the join secret of a server's operator. */
  z.object({ kind: z.literal('secret'), secret: z.string().min(1).max(512) }),
  /** Admits a further device of `hello.member` (I11). */
  z.object({ kind: z.literal('link'), token: z.string().min(1).max(512) }),
  /** A bearer token (JWT), where the server takes those. */
  z.object({
    kind: z.literal('token'),
    token: z.string().min(1).max(MAX_TOKEN_LENGTH),
    /** Token of an invite: brings back who was removed (I5), and is not looked at otherwise. */
    invite: z.string().min(1).max(512).optional(),
  }),
])
export type Credential = z.infer<typeof credentialSchema>

/** Says who comes. The server answers with `challenge`, or `rejected`. */
export const helloSchema = z.object({
  type: z.literal('hello'),
  versions: z.array(z.int().min(1)).min(1).max(16),
  /** When given, the server refuses unless it serves exactly this session. */
  session: sessionIdSchema.optional(),
  member: z.object({ id: memberIdSchema, name: memberNameSchema }),
  device: z.object({
    id: deviceIdSchema,
    name: nameSchema(MAX_DEVICE_NAME_LENGTH),
    /** Made for this session only, so that two hosts cannot tell that it is the same device. */
    key: deviceKeySchema,
  }),
  client: z.object({ name: z.string().max(80), version: z.string().max(40) }).optional(),
})
export type Hello = z.infer<typeof helloSchema>

/** The answer to `challenge`. The server answers with `welcome`, `waiting` or `rejected`. */
export const proofSchema = z.object({
  type: z.literal('proof'),
  /** Of `proofText`, with the device's key. */
  signature: signatureSchema,
  credential: credentialSchema.optional(),
})
export type Proof = z.infer<typeof proofSchema>

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
  /** From now on the asker is sent `admin` whenever it changes (host and moderators). */
  z.object({ type: z.literal('admin-watch'), ref, active: z.boolean() }),
  z.object({ type: z.literal('approve'), ref, member: memberIdSchema, accept: z.boolean() }),
  z.object({ type: z.literal('set-role'), ref, member: memberIdSchema, role: roleSchema }),
  /** Takes them out of the session; with a new invite they may come back. */
  z.object({ type: z.literal('remove-member'), ref, member: memberIdSchema }),
  z.object({ type: z.literal('ban-member'), ref, member: memberIdSchema }),
  z.object({ type: z.literal('unban-member'), ref, member: memberIdSchema }),
  z.object({ type: z.literal('change-session'), ref, change: settingsChangeSchema }),
  z.object({
    type: z.literal('create-invite'),
    ref,
    /** Chosen by the client, so that asking twice makes one invite. */
    invite: inviteIdSchema,
    label: z.string().max(MAX_INVITE_LABEL_LENGTH),
    role: roleSchema,
    lifeMs: inviteLifeSchema,
    maxUses: z.int().min(1).max(10_000).nullable(),
  }),
  z.object({ type: z.literal('revoke-invite'), ref, invite: inviteIdSchema }),
  /** Makes a new short code; the one before is good no longer. */
  z.object({ type: z.literal('new-code'), ref }),
  /** Entries with a number below `before`, newest first. */
  z.object({
    type: z.literal('audit'),
    ref,
    before: z.int().min(1),
    limit: z.int().min(1).max(MAX_AUDIT_ENTRIES),
  }),
  /** A code for a further device of the asker (I11). */
  z.object({ type: z.literal('link-device'), ref }),
  /** The asker's own devices. */
  z.object({ type: z.literal('devices'), ref }),
  z.object({ type: z.literal('forget-device'), ref, device: deviceIdSchema }),
  ...integrationRequestSchemas,
] as const
export const requestSchema = z.discriminatedUnion('type', requestSchemas)
export type Request = z.infer<typeof requestSchema>

export const clientMessageSchema = z.discriminatedUnion('type', [
  helloSchema,
  proofSchema,
  /** A new bearer token before the one in use ends. Answered by `token-taken`, or by `error`, with its `ref`. */
  z.object({
    type: z.literal('refresh-token'),
    ref: ref.optional(),
    token: z.string().min(1).max(MAX_TOKEN_LENGTH),
  }),
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

import { z } from 'zod'
import {
  auditEntrySchema,
  bannedPersonSchema,
  deviceRecordSchema,
  inviteRecordSchema,
  sessionSettingsSchema,
  shortCodeSchema,
  waitingPersonSchema,
} from './admin.ts'
import { nonceSchema } from './device-proof.ts'
import { errorCodeSchema } from './errors.ts'
import {
  epochSchema,
  memberIdSchema,
  messageIdSchema,
  roomIdSchema,
  sessionIdSchema,
} from './ids.ts'
import { integrationAnswerSchemas } from './integrations.ts'
import { MAX_INVITES, MAX_WAITING } from './limits.ts'
import {
  memberNameSchema,
  memberSchema,
  messagePageSchema,
  readPositionSchema,
  roomEventSchema,
  roomStateSchema,
  timeSchema,
  topicSchema,
} from './records.ts'
import { roleSchema } from './roles.ts'

const room = roomIdSchema
const ref = z.int().min(0)
/** Words for a log or a developer; people are shown the client's own words for the code. */
const explanation = z.string().max(1_000)
const milliseconds = z.int().min(0)

/** Why a room arrives as a snapshot instead of events (D10). */
export const resetReasonSchema = z.enum([
  'new-room', // the device had no cursor: it joined, was added, or is new
  'gap-too-long',
  'history-gone',
  'epoch-changed',
])
export type ResetReason = z.infer<typeof resetReasonSchema>

/** What everyone in a session is told of it. */
export const sessionFactsSchema = z.object({
  id: sessionIdSchema,
  name: z.string().max(80),
  locked: z.boolean(),
  readOnly: z.boolean(),
})
export type SessionFacts = z.infer<typeof sessionFactsSchema>

/** Everything hosts and moderators see, as it is now. */
export const adminSnapshotSchema = z.object({
  type: z.literal('admin'),
  settings: sessionSettingsSchema,
  waiting: z.array(waitingPersonSchema).max(MAX_WAITING),
  invites: z.array(inviteRecordSchema).max(MAX_INVITES),
  banned: z.array(bannedPersonSchema),
  /** Null where nobody could use one: pairing is off, or the session is locked. */
  code: shortCodeSchema.nullable(),
  /** Bytes on disk of the session's log. */
  storageBytes: z.int().min(0),
})
export type AdminSnapshot = z.infer<typeof adminSnapshotSchema>

export const welcomeSchema = z.object({
  type: z.literal('welcome'),
  version: z.int().min(1),
  session: sessionFactsSchema,
  self: z.object({ role: roleSchema }),
  time: timeSchema,
  limits: z.object({
    textLength: z.int(),
    frameBytes: z.int(),
    roomNameLength: z.int(),
    recoveryEvents: z.int(),
  }),
  /** The server pings at this interval, and closes after `timeoutMs` without an answer (D13). */
  heartbeat: z.object({ intervalMs: milliseconds, timeoutMs: milliseconds }),
})
export type Welcome = z.infer<typeof welcomeSchema>

export const roomListingSchema = z.object({
  id: room,
  name: z.string().max(80),
  topic: topicSchema,
  memberCount: z.int().min(0),
  joined: z.boolean(),
})
export type RoomListing = z.infer<typeof roomListingSchema>

export const serverMessageSchema = z.discriminatedUnion('type', [
  /** Answers `hello`: to be signed (see device-proof.ts). */
  z.object({
    type: z.literal('challenge'),
    version: z.int().min(1),
    session: z.object({ id: sessionIdSchema, name: z.string().max(80) }),
    nonce: nonceSchema,
  }),
  /** The proof holds; the host has to let this person in. `welcome` or `rejected` follows (I7). */
  z.object({
    type: z.literal('waiting'),
    session: z.object({ id: sessionIdSchema, name: z.string().max(80) }),
  }),
  welcomeSchema,
  /** What is true of the session from now on. */
  z.object({ type: z.literal('session'), session: sessionFactsSchema }),
  adminSnapshotSchema,
  /** The invite was made; `token` is told this once. */
  z.object({
    type: z.literal('invite'),
    ref,
    invite: inviteRecordSchema,
    token: z.string().max(512),
  }),
  z.object({ type: z.literal('audit-page'), ref, entries: z.array(auditEntrySchema) }),
  /** Answers `link-device`. */
  z.object({ type: z.literal('link-code'), ref, code: shortCodeSchema }),
  z.object({ type: z.literal('device-list'), ref, devices: z.array(deviceRecordSchema) }),
  ...integrationAnswerSchemas,
  /** Answers `refresh-token`. */
  z.object({ type: z.literal('token-taken'), ref: ref.optional(), expiresAt: timeSchema }),
  /** The handshake failed; a close with the matching code follows. */
  z.object({
    type: z.literal('rejected'),
    code: errorCodeSchema,
    message: explanation,
    /** The versions this server speaks, when the version was the reason. */
    versions: z.array(z.int()).optional(),
    /** With `identity-taken`: who the bearer token belongs to; this device may come again as them (I13). */
    member: z.object({ id: memberIdSchema, name: memberNameSchema }).optional(),
  }),
  /** Opens the answer to `sync`: how much will follow, for «Catching up: 120 of 480». */
  z.object({ type: z.literal('plan'), rooms: z.int().min(0), events: z.int().min(0) }),
  /** People of the session: all of them during `sync` (in several frames), later the ones that changed. */
  z.object({ type: z.literal('people'), members: z.array(memberSchema) }),
  /** Consecutive events of one room, missed or live: the receiver cannot and need not tell. */
  z.object({
    type: z.literal('events'),
    room,
    epoch: epochSchema,
    events: z.array(roomEventSchema).min(1),
  }),
  /** Replaces all the device knows of the room's log, but not what waits in its outbox. */
  z.object({
    type: z.literal('reset'),
    reason: resetReasonSchema,
    room: roomStateSchema,
    page: messagePageSchema,
    /** Messages by others after the member's read position, in the whole log. */
    unread: z.int().min(0),
    reads: z.array(readPositionSchema),
  }),
  /** The member is no longer in this room; sent during `sync` for a cursor of such a room. */
  z.object({ type: z.literal('room-gone'), room }),
  /** Everything missed has been sent; the connection is live. */
  z.object({ type: z.literal('synced') }),
  /** The write is on disk with this number (D3), now or when it first arrived (D4). */
  z.object({
    type: z.literal('ack'),
    id: messageIdSchema,
    room,
    seq: z.int().min(1),
    at: timeSchema,
  }),
  /** The write is refused for good (D5). */
  z.object({
    type: z.literal('refused'),
    id: messageIdSchema,
    room,
    code: errorCodeSchema,
    message: explanation,
  }),
  /**
   * The write was not looked at: send it again after the delay, and then all that came after it. Until it
   * comes again, or another one with `head`, the server drops every write of this device to this room
   * without an answer, so that nothing overtakes it (D2).
   */
  z.object({
    type: z.literal('held'),
    id: messageIdSchema,
    room,
    code: z.enum(['rate-limited', 'unavailable']),
    retryAfterMs: milliseconds,
  }),
  /** A request was carried out; `room` is the room it was about or made. */
  z.object({ type: z.literal('done'), ref, room }),
  /** A request that is about no room was carried out. */
  z.object({ type: z.literal('carried-out'), ref }),
  z.object({ type: z.literal('page'), ref, room, epoch: epochSchema, page: messagePageSchema }),
  z.object({ type: z.literal('directory'), ref, rooms: z.array(roomListingSchema) }),
  z.object({ type: z.literal('failed'), ref, code: errorCodeSchema, message: explanation }),
  z.object({ type: z.literal('reads'), room, positions: z.array(readPositionSchema).min(1) }),
  z.object({ type: z.literal('typing'), room, member: memberIdSchema, active: z.boolean() }),
  z.object({ type: z.literal('pong'), nonce: z.int().min(0) }),
  /** A frame was not understood. `ref` is carried back when it could be read. */
  z.object({
    type: z.literal('error'),
    code: errorCodeSchema,
    message: explanation,
    ref: ref.optional(),
  }),
  /** The server is about to close on purpose; come back after the delay (D16). */
  z.object({
    type: z.literal('bye'),
    reconnectAfterMs: milliseconds,
    /** `stopped`: the host ended the session for now, and nobody knows when it begins again. */
    reason: z.enum(['restart', 'stopped']),
  }),
])
export type ServerMessage = z.infer<typeof serverMessageSchema>
export type ServerMessageOf<Type extends ServerMessage['type']> = Extract<
  ServerMessage,
  { type: Type }
>

import { z } from 'zod'
import { epochSchema, memberIdSchema, messageIdSchema, roomIdSchema } from './ids.ts'
import {
  MAX_EMOJI_LENGTH,
  MAX_MEMBER_NAME_LENGTH,
  MAX_ROOM_NAME_LENGTH,
  MAX_TEXT_LENGTH,
  MAX_TOPIC_LENGTH,
} from './limits.ts'
import { roleSchema } from './roles.ts'

/** Lone surrogates cannot be stored as UTF-8 without loss, so they are refused instead of mangled. */
export const wellFormed = (text: string): boolean =>
  !/[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/.test(text)
const NOT_WELL_FORMED = 'must be well-formed Unicode'

/** A name a person reads: trimmed, not empty, one line. */
export function nameSchema(maxLength: number) {
  return z
    .string()
    .max(maxLength)
    .refine((name) => name.trim() === name && name.length > 0, 'must not be empty or padded')
    .refine(
      (name) => !/[\u0000-\u001F\u007F]/.test(name),
      'must be one line without control characters',
    )
    .refine(wellFormed, NOT_WELL_FORMED)
}

export const textSchema = z.string().max(MAX_TEXT_LENGTH).refine(wellFormed, NOT_WELL_FORMED)
/** Text a person sends: not only white space. A scrubbed (deleted) message carries the empty text. */
export const sentTextSchema = textSchema.refine(
  (text) => text.trim().length > 0,
  'must not be empty',
)
export const emojiSchema = z
  .string()
  .min(1)
  .max(MAX_EMOJI_LENGTH)
  .refine((emoji) => !/\s/.test(emoji), 'must not contain white space')
  .refine(wellFormed, NOT_WELL_FORMED)
export const roomNameSchema = nameSchema(MAX_ROOM_NAME_LENGTH)
export const memberNameSchema = nameSchema(MAX_MEMBER_NAME_LENGTH)
export const topicSchema = z.string().max(MAX_TOPIC_LENGTH).refine(wellFormed, NOT_WELL_FORMED)

/** 1 and up; 0 stands for «before the first event» in cursors and read positions. */
export const seqSchema = z.int().min(0)
/** Server time in milliseconds since 1970; shown to people, never used to order anything (D19). */
export const timeSchema = z.int().min(0)

export const roomKindSchema = z.enum(['group', 'direct'])
export type RoomKind = z.infer<typeof roomKindSchema>
/** A public group is listed and open to every member of the session; a direct room is always private. */
export const visibilitySchema = z.enum(['public', 'private'])
export type Visibility = z.infer<typeof visibilitySchema>
export const presenceSchema = z.enum(['online', 'away', 'offline'])
export type Presence = z.infer<typeof presenceSchema>

/** A person in a session as others see them. `lastSeen` is set while offline. */
export const memberSchema = z.object({
  id: memberIdSchema,
  name: memberNameSchema,
  role: roleSchema,
  /** Was removed or banned: shown beside what they wrote, and nowhere else. */
  gone: z.literal(true).optional(),
  presence: presenceSchema,
  lastSeen: timeSchema.optional(),
})
export type Member = z.infer<typeof memberSchema>

/** A room as of its event number `head`. Direct rooms have an empty name: their members name them. */
export const roomStateSchema = z.object({
  id: roomIdSchema,
  kind: roomKindSchema,
  name: z.string().max(MAX_ROOM_NAME_LENGTH),
  topic: topicSchema,
  visibility: visibilitySchema,
  /** The group everyone in the session is in; nobody can leave it. */
  isDefault: z.boolean(),
  members: z.array(memberIdSchema),
  epoch: epochSchema,
  head: seqSchema,
  createdAt: timeSchema,
})
export type RoomState = z.infer<typeof roomStateSchema>

/** How far a device has applied a room's log (D7). */
export const cursorSchema = z.object({ room: roomIdSchema, epoch: epochSchema, seq: seqSchema })
export type Cursor = z.infer<typeof cursorSchema>

const eventBase = {
  seq: z.int().min(1),
  at: timeSchema,
  actor: memberIdSchema,
  /** The id its device gave the write (D4); events the server makes itself get one from the server. */
  id: messageIdSchema,
}
const target = messageIdSchema

/** Events people see as a line between messages: room and membership changes. */
export const noticeSchema = z.discriminatedUnion('type', [
  z.object({
    ...eventBase,
    type: z.literal('room.created'),
    kind: roomKindSchema,
    name: z.string().max(MAX_ROOM_NAME_LENGTH),
    topic: topicSchema,
    visibility: visibilitySchema,
  }),
  z.object({
    ...eventBase,
    type: z.literal('room.changed'),
    name: roomNameSchema.optional(),
    topic: topicSchema.optional(),
  }),
  z.object({ ...eventBase, type: z.literal('member.joined'), member: memberIdSchema }),
  z.object({ ...eventBase, type: z.literal('member.left'), member: memberIdSchema }),
])
export type Notice = z.infer<typeof noticeSchema>

/** One entry of a room's log (D6). */
export const roomEventSchema = z.discriminatedUnion('type', [
  ...noticeSchema.options,
  z.object({
    ...eventBase,
    type: z.literal('message.posted'),
    /** Empty once the message was deleted: the text is scrubbed from the log. */
    text: textSchema,
    replyTo: messageIdSchema.optional(),
  }),
  z.object({ ...eventBase, type: z.literal('message.edited'), target, text: textSchema }),
  z.object({ ...eventBase, type: z.literal('message.deleted'), target }),
  z.object({ ...eventBase, type: z.literal('reaction.added'), target, emoji: emojiSchema }),
  z.object({ ...eventBase, type: z.literal('reaction.removed'), target, emoji: emojiSchema }),
])
export type RoomEvent = z.infer<typeof roomEventSchema>
export type RoomEventType = RoomEvent['type']

/** A message with every later edit, delete and reaction folded in, as of the page's `asOf`. */
export const messageSchema = z.object({
  id: messageIdSchema,
  seq: z.int().min(1),
  author: memberIdSchema,
  at: timeSchema,
  text: textSchema,
  replyTo: messageIdSchema.optional(),
  editedAt: timeSchema.optional(),
  deleted: z.literal(true).optional(),
  /** Number of the last edit or delete that is folded in; `seq` when there was none. */
  revision: z.int().min(1),
  reactions: z.array(z.object({ emoji: emojiSchema, members: z.array(memberIdSchema).min(1) })),
})
export type Message = z.infer<typeof messageSchema>

/**
 * A stretch of a room's history: everything people see of the events `from` to `to`, oldest first.
 * `from` is 1 when there is nothing older. `asOf` is the log's head when it was read: a client whose
 * cursor is already beyond it asks again, since it may have skipped a change to one of these messages.
 */
export const messagePageSchema = z.object({
  messages: z.array(messageSchema),
  notices: z.array(noticeSchema),
  from: z.int().min(1),
  to: seqSchema,
  asOf: seqSchema,
})
export type MessagePage = z.infer<typeof messagePageSchema>

/** [member, seq]: that member has read everything up to event `seq` (D18). */
export const readPositionSchema = z.tuple([memberIdSchema, seqSchema])
export type ReadPosition = z.infer<typeof readPositionSchema>

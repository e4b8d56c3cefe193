import { z } from 'zod'

/**
 * All ids are lower-case UUIDs. New ones are version 7, because time-ordered keys keep the
 * indexes they land in append-friendly; nothing ever reads a time out of one (D19).
 */
const uuid = z
  .string()
  .regex(
    /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/,
    'must be a lower-case UUID',
  )

export const sessionIdSchema = uuid.brand<'SessionId'>()
export const memberIdSchema = uuid.brand<'MemberId'>()
export const deviceIdSchema = uuid.brand<'DeviceId'>()
export const roomIdSchema = uuid.brand<'RoomId'>()
/** Names one write of one device: the message id of a post, and the id of an edit, delete or reaction (D4). */
export const messageIdSchema = uuid.brand<'MessageId'>()
/** Names one incarnation of a room's log (D6). */
export const epochSchema = uuid.brand<'Epoch'>()

/** Names an invite among those of its session; the token that admits is another, secret one. */
export const inviteIdSchema = uuid.brand<'InviteId'>()

export type SessionId = z.infer<typeof sessionIdSchema>
export type MemberId = z.infer<typeof memberIdSchema>
export type DeviceId = z.infer<typeof deviceIdSchema>
export type RoomId = z.infer<typeof roomIdSchema>
export type MessageId = z.infer<typeof messageIdSchema>
export type Epoch = z.infer<typeof epochSchema>
export type InviteId = z.infer<typeof inviteIdSchema>

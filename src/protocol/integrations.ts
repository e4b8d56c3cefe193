/** Programs that belong to a session: webhooks both ways and bots. Each is a member that people see in its rooms. */
import { z } from 'zod'
import { memberIdSchema, roomIdSchema } from './ids.ts'
import { MAX_TEXT_LENGTH } from './limits.ts'
import { memberNameSchema, timeSchema } from './records.ts'

/** Integrations of a session, revoked ones not counted. */
export const MAX_INTEGRATIONS = 100
/** Rooms an integration may be put into when it is made. */
export const MAX_INTEGRATION_ROOMS = 50
export const MAX_COMMANDS = 50
export const MAX_COMMAND_LENGTH = 32
export const MAX_COMMAND_DESCRIPTION = 140
export const MAX_WEBHOOK_URL_LENGTH = 2_000

/** What a bot may do, besides being in its rooms. Without `read` it gets nothing of them. */
export const scopeSchema = z.enum([
  'read', // the events and the history of its rooms
  'write', // messages, edits, reactions
  'rooms', // public groups: list, join, leave; make rooms, where its role may
])
export type Scope = z.infer<typeof scopeSchema>

/** Which events an outgoing webhook is told of. */
export const webhookEventSchema = z.enum([
  'message.posted',
  'message.edited',
  'message.deleted',
  'reaction.added',
  'reaction.removed',
  'member.joined',
  'member.left',
  'room.changed',
  'command', // posts that begin with one of its commands, and no others
])
export type WebhookEvent = z.infer<typeof webhookEventSchema>

/** `/roll`: a message that begins with it is also told as a command. */
export const commandSchema = z.object({
  name: z
    .string()
    .max(MAX_COMMAND_LENGTH)
    .regex(/^[a-z][a-z0-9-]*$/, 'a word of a-z, 0-9 and -, without the slash'),
  description: z.string().max(MAX_COMMAND_DESCRIPTION),
})
export type Command = z.infer<typeof commandSchema>

export const webhookUrlSchema = z.url({ protocol: /^https?$/ }).max(MAX_WEBHOOK_URL_LENGTH)
const commands = z.array(commandSchema).max(MAX_COMMANDS)

/** What an integration is for, without its secrets. */
export const integrationKindSchema = z.discriminatedUnion('kind', [
  /** Whoever posts to its URL writes into this room. */
  z.object({ kind: z.literal('incoming'), room: roomIdSchema }),
  /** What happens in its rooms is posted to `url`, signed. */
  z.object({
    kind: z.literal('outgoing'),
    url: webhookUrlSchema,
    events: z.array(webhookEventSchema).min(1).max(webhookEventSchema.options.length),
    commands,
  }),
  /** A program that connects as a device does, with a token. */
  z.object({
    kind: z.literal('bot'),
    role: z.enum(['member', 'guest']),
    scopes: z.array(scopeSchema).min(1).max(scopeSchema.options.length),
    commands,
  }),
])
export type IntegrationKind = z.infer<typeof integrationKindSchema>

/** Also the id of the member it writes as. */
const integration = memberIdSchema
export const integrationRecordSchema = z.object({
  id: integration,
  name: memberNameSchema,
  what: integrationKindSchema,
  createdAt: timeSchema,
  createdBy: memberIdSchema,
  /** Outgoing only: nothing is sent any more, because the URL has not taken anything for long. */
  disabledAt: timeSchema.nullable(),
})
export type IntegrationRecord = z.infer<typeof integrationRecordSchema>

/** 32 random bytes in base64url. */
const secretSchema = z.string().regex(/^[\w-]{43}$/, '32 bytes in base64url')
const ref = z.int().min(0)

export const integrationRequestSchemas = [
  /** Made by a host or moderator, who must be in its rooms. Its name must be free. */
  z.object({
    type: z.literal('create-integration'),
    ref,
    name: memberNameSchema,
    rooms: z.array(roomIdSchema).max(MAX_INTEGRATION_ROOMS),
    what: integrationKindSchema,
    /**
     * Chosen by the client, so that asking twice makes one integration: its id is made of this. The server makes
     * one for clients that do not.
     */
    secret: secretSchema.optional(),
  }),
  z.object({ type: z.literal('revoke-integration'), ref, integration }),
  /** Sends again what a disabled outgoing webhook has missed, and goes on. */
  z.object({ type: z.literal('enable-integration'), ref, integration }),
  z.object({ type: z.literal('integrations'), ref }),
  /** By a bot: which commands it takes from now on. */
  z.object({ type: z.literal('set-commands'), ref, commands }),
  /** The commands that work in a room, for those who are in it. */
  z.object({ type: z.literal('commands'), ref, room: roomIdSchema }),
] as const
export const integrationRequestSchema = z.discriminatedUnion('type', integrationRequestSchemas)
export type IntegrationRequest = z.infer<typeof integrationRequestSchema>

export const integrationAnswerSchemas = [
  /** The integration was made. `secret` is told this once: a token, or the key of an outgoing webhook's signatures. */
  z.object({
    type: z.literal('integration'),
    ref,
    integration: integrationRecordSchema,
    secret: z.string().max(512),
  }),
  z.object({
    type: z.literal('integration-list'),
    ref,
    integrations: z.array(integrationRecordSchema),
  }),
  z.object({
    type: z.literal('command-list'),
    ref,
    commands: z.array(commandSchema.extend({ integration })),
  }),
] as const
export type IntegrationAnswer = z.infer<(typeof integrationAnswerSchemas)[number]>

/** A post that begins with a command: `/roll 2d6` is `roll` with `2d6`. Undefined for any other. */
export function parseCommand(
  text: string,
): { readonly name: string; readonly rest: string } | undefined {
  const [, name, rest] = /^\/([a-z][a-z0-9-]{0,31})(?:\s+([\s\S]*))?$/.exec(text.trimEnd()) ?? []
  return name === undefined ? undefined : { name, rest: rest ?? '' }
}

/** What is posted to an incoming webhook. */
export const hookPostSchema = z.object({
  text: z.string().min(1).max(MAX_TEXT_LENGTH),
  /** Put before the text; the author stays the webhook's member. */
  name: memberNameSchema.optional(),
})
export type HookPost = z.infer<typeof hookPostSchema>

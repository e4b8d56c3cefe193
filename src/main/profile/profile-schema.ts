import { z } from 'zod'
import { fingerprintSchema } from '../../protocol/fingerprint.ts'
import { deviceIdSchema, memberIdSchema, sessionIdSchema } from '../../protocol/ids.ts'
import { MAX_SESSION_NAME_LENGTH, MAX_TOKEN_LENGTH } from '../../protocol/limits.ts'
import { memberNameSchema, nameSchema } from '../../protocol/records.ts'

/** A session this profile is in. The identity belongs to this session alone: hosts cannot compare people. */
export const knownSessionSchema = z.object({
  sessionId: sessionIdSchema,
  name: nameSchema(MAX_SESSION_NAME_LENGTH),
  /** `host:port`, best first. Empty for a session hosted here: its client goes over loopback. */
  addresses: z.array(z.string().min(3).max(300)).max(16),
  /** Where the host with the pinned key was last announced; tried first, and never instead of the others. */
  seenAt: z.array(z.string().min(3).max(300)).max(8).optional(),
  /** Of the invite; of a session hosted here, of its standing invite link. Missing where everyone may come in. */
  secret: z.string().min(1).max(512).optional(),
  /** Of the host's key, as its invite gave it: nobody else is believed to be the host. */
  fingerprint: fingerprintSchema.optional(),
  /** The host shows a certificate from an authority instead. */
  tls: z.literal(true).optional(),
  memberId: memberIdSchema,
  deviceId: deviceIdSchema,
  /** Another name than the profile's, in this session only. */
  memberName: memberNameSchema.optional(),
  /** Admits this device as a further one of the member. */
  link: z.string().min(1).max(512).optional(),
  /** Bearer token, where the session asks for one: the newest that a person gave. */
  token: z.string().min(1).max(MAX_TOKEN_LENGTH).optional(),
  /** Seed of this device's Ed25519 key for this session. */
  deviceKey: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
  /** Present when this computer has the session's log and can host it. */
  hosted: z
    .object({
      /** The port others know. */
      port: z.int().min(0).max(65_535),
      /** Hosted when the app last ran, however it ended: host again at the next start. */
      autoResume: z.boolean(),
      /** SignalR, plain WebSocket and game clients, webhooks and bots may come in as well. */
      doors: z.boolean().optional(),
    })
    .optional(),
  /** The person disconnected; stay so at the next start. */
  disconnected: z.boolean().optional(),
})
export type KnownSession = z.infer<typeof knownSessionSchema>

/** Where its host may be, the most promising first. */
export function placesOf({ seenAt, addresses }: KnownSession): readonly string[] {
  return [...new Set([...(seenAt ?? []), ...addresses])]
}

export const windowBoundsSchema = z.object({
  x: z.int(),
  y: z.int(),
  width: z.int().min(1),
  height: z.int().min(1),
  maximized: z.boolean(),
})
export type WindowBounds = z.infer<typeof windowBoundsSchema>

/** What a person sets for the whole app. */
export const appSettingsSchema = z.object({ stayAwakeWhileHosting: z.boolean() })
const DEFAULT_SETTINGS: z.infer<typeof appSettingsSchema> = { stayAwakeWhileHosting: true }

export const profileSchema = z.object({
  version: z.literal(1),
  name: memberNameSchema.nullable(),
  theme: z.enum(['system', 'light', 'dark']),
  window: windowBoundsSchema.optional(),
  settings: appSettingsSchema.default(DEFAULT_SETTINGS),
  sessions: z.array(knownSessionSchema),
})
export type Profile = z.infer<typeof profileSchema>

export const EMPTY_PROFILE: Profile = {
  version: 1,
  name: null,
  theme: 'system',
  settings: DEFAULT_SETTINGS,
  sessions: [],
}

/**
 * What the app's main process and the utility process that serves a LAN session say to each other.
 * Pure: main imports this file and forks the built entry, nothing else of the server.
 */
import { z } from 'zod'
import { deviceKeySchema } from '../protocol/device-proof.ts'
import { deviceIdSchema, memberIdSchema, sessionIdSchema } from '../protocol/ids.ts'
import { MAX_SECRET_LENGTH } from '../protocol/invite.ts'
import { MAX_SESSION_NAME_LENGTH } from '../protocol/limits.ts'
import { memberNameSchema, nameSchema } from '../protocol/records.ts'

export const embeddedStartSchema = z.object({
  kind: z.literal('start'),
  /** Folder of this session's database; made when it is missing. */
  dataDir: z.string().min(1),
  /** Address to listen on, e.g. `127.0.0.1`, `0.0.0.0` or `::`. */
  host: z.string().min(1),
  /** 0 picks a free port. */
  port: z.int().min(0).max(65_535),
  /** When `port` is in use, take 47800 to 47807 or else any free one, instead of failing. */
  fallbackPort: z.boolean().optional(),
  name: nameSchema(MAX_SESSION_NAME_LENGTH),
  /** Whose computer it is: the session's host, who needs no invite. */
  owner: z.object({
    memberId: memberIdSchema,
    deviceId: deviceIdSchema,
    /** Public. */
    deviceKey: deviceKeySchema,
    /** Used when they first come in; later `hello` says it. */
    name: memberNameSchema,
  }),
  /**
   * Token of the invite that the session's link is made of. It is made when the token is new, and is not good
   * again once it was revoked.
   */
  firstInvite: z.string().min(16).max(MAX_SECRET_LENGTH),
  /** PEM. Members pin it: the session is served encrypted under this key only. */
  privateKey: z.string().min(1).max(8_192),
  /** Foreign clients that may come in; none when left out (`DoorSwitches`). */
  doors: z.object({ signalr: z.boolean(), plain: z.boolean(), game: z.boolean() }).optional(),
  /** Wanted id of a new session, and the expected one of a session that exists. */
  sessionId: sessionIdSchema.optional(),
})

export const toEmbeddedSchema = z.discriminatedUnion('kind', [
  embeddedStartSchema,
  /** Drain (D16) and exit with 0. Members are told that it is for now (`stopped`) or that it comes again. */
  z.object({ kind: z.literal('stop'), reason: z.enum(['restart', 'stopped']).optional() }),
])
export type ToEmbedded = z.infer<typeof toEmbeddedSchema>
export type EmbeddedStart = z.infer<typeof embeddedStartSchema>

const connectedDeviceSchema = z.object({
  memberId: z.string(),
  name: z.string(),
  deviceName: z.string(),
  address: z.string(),
  /** Milliseconds since 1970. */
  since: z.number(),
  /** Milliseconds of the last server ping, null before the first answer. */
  roundTrip: z.number().nullable(),
})

/** How one may come in, as the network may know. */
const noticeSchema = z.object({
  /** Of the codes that are good now. */
  selectors: z.array(z.string().length(2)),
  passphrase: z.boolean(),
  open: z.boolean(),
})

export const fromEmbeddedSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('ready'),
    port: z.int(),
    /** Over loopback, for the host's own client. */
    url: z.string(),
    sessionId: sessionIdSchema,
    sessionName: z.string(),
    /** True when the wanted port was in use and another was taken. */
    portChanged: z.boolean(),
    notice: noticeSchema,
  }),
  /** Serving could not begin, or ended by a fault; the process exits with 1. */
  z.object({
    kind: z.literal('failed'),
    code: z.enum(['port-in-use', 'server-failed']),
    message: z.string(),
  }),
  /** Once a second while serving. */
  z.object({
    kind: z.literal('sample'),
    people: z.number(),
    messagesPerSecond: z.number(),
    queuedBytes: z.number(),
    /** Mean of the commits of the last second, 0 without any. */
    commitMs: z.number(),
    devices: z.array(connectedDeviceSchema),
    notice: noticeSchema,
    /** On disk, of the session's log. */
    storageBytes: z.number(),
  }),
])
export type FromEmbedded = z.infer<typeof fromEmbeddedSchema>
export type ConnectedDevice = z.infer<typeof connectedDeviceSchema>

/**
 * The bridge between the app's main process and its windows: the only place that names a channel.
 * Commands go window -> main and answer with a `Result`; events go main -> window in batches.
 */
import { z } from 'zod'
import type {
  PersonView,
  ReadView,
  RoomView,
  SearchHit,
  SessionContents,
  SessionEvent,
  SessionView,
  TimelinePage,
} from '../client/views.ts'
import type { DoctorReport } from '../doctor/report.ts'
import { accessSchema } from '../protocol/admin.ts'
import { fingerprintSchema } from '../protocol/fingerprint.ts'
import { memberIdSchema, messageIdSchema, roomIdSchema, sessionIdSchema } from '../protocol/ids.ts'
import type { MessageId, RoomId, SessionId } from '../protocol/ids.ts'
import {
  MAX_MEMBERS_PER_REQUEST,
  MAX_PASSPHRASE_LENGTH,
  MAX_SESSION_NAME_LENGTH,
  MAX_TOKEN_LENGTH,
  MIN_PASSPHRASE_LENGTH,
} from '../protocol/limits.ts'
import {
  emojiSchema,
  memberNameSchema,
  nameSchema,
  roomNameSchema,
  sentTextSchema,
  seqSchema,
  textSchema,
  topicSchema,
  visibilitySchema,
} from '../protocol/records.ts'
import type { RoomListing } from '../protocol/server-messages.ts'
import { adminCommandSchemas } from './admin-contract.ts'
import type { AdminCommandResults, AdminView } from './admin-contract.ts'
import { joinTargetSchema } from './join-views.ts'
import type { FoundSessionView, JoinOffer, JoinStep } from './join-views.ts'
import type { Result } from './errors.ts'

/** What a person sets for the whole app. */
export interface AppSettings {
  /** Keep this computer awake while it hosts a session. */
  readonly stayAwakeWhileHosting: boolean
}

export type ThemeChoice = 'system' | 'light' | 'dark'

export interface AppView {
  /** Null until the person has said their name. */
  readonly profile: { readonly name: string } | null
  readonly theme: ThemeChoice
  readonly settings: AppSettings
  readonly sessions: readonly SessionView[]
  readonly platform: 'linux' | 'darwin' | 'win32'
  readonly versions: { readonly app: string; readonly electron: string; readonly protocol: number }
}

export interface HostedDevice {
  readonly memberId: string
  readonly name: string
  readonly deviceName: string
  readonly address: string
  readonly isHost: boolean
  /** Milliseconds since 1970. */
  readonly since: number
  /** Milliseconds of the last server ping, null before the first answer. */
  readonly roundTrip: number | null
}

export interface HostingView {
  readonly sessionId: SessionId
  readonly name: string
  /** `restarting` after a crash of the server; members come back by themselves. */
  readonly state: 'starting' | 'running' | 'restarting' | 'failed' | 'stopped'
  /** Set when `failed`: why, and what to do. */
  readonly problem?: string
  readonly since: number
  /** The session's key in words, for comparing. */
  readonly keyWords?: readonly string[]
  readonly invite: string
  readonly addresses: readonly string[]
  readonly port: number
  /** The port others know, when another program has it and the session is on `port` instead. */
  readonly portTaken?: number
  /** Other programs than this app may come in. */
  readonly doors: boolean
  readonly devices: readonly HostedDevice[]
  /** One sample a second, oldest first, at most 60. */
  readonly samples: readonly {
    readonly people: number
    readonly connections: number
    /** Mean over the connected devices, in milliseconds. */
    readonly roundTripMs: number
    readonly messagesPerSecond: number
    readonly queuedBytes: number
    readonly commitMs: number
  }[]
}

/** Typed by a person; the server checks the length again. */
const passphraseSchema = z.string().min(MIN_PASSPHRASE_LENGTH).max(MAX_PASSPHRASE_LENGTH)
const inSession = { session: sessionIdSchema }
const inRoom = { session: sessionIdSchema, room: roomIdSchema }
const ofMessage = { ...inRoom, message: messageIdSchema }
const memberIds = z.array(memberIdSchema).max(MAX_MEMBERS_PER_REQUEST)

/** Every command with the schema its arguments are checked against before a handler sees them. */
export const commandSchemas = {
  'app.state': z.object({}),
  /** Said once per load, after the first screen a person can use is painted. */
  'app.ready': z.object({}),
  'app.set-theme': z.object({ theme: z.enum(['system', 'light', 'dark']) }),
  'profile.set-name': z.object({ name: memberNameSchema }),
  /** Opens an http, https or mailto link in the browser; every other scheme is refused. */
  'app.open-link': z.object({ url: z.string().max(4_096) }),
  'app.copy-text': z.object({ text: z.string().max(65_536) }),

  'app.set-settings': z.object({ stayAwakeWhileHosting: z.boolean() }),

  'session.host': z.object({
    name: nameSchema(MAX_SESSION_NAME_LENGTH),
    access: accessSchema.optional(),
    approval: z.boolean().optional(),
    passphrase: passphraseSchema.optional(),
  }),
  /** Starts hosting again a session this computer has hosted before. */
  'session.resume-hosting': z.object(inSession),
  'session.stop-hosting': z.object(inSession),
  /** SignalR, plain WebSocket and game clients, webhooks and bots may come in, or no longer. */
  'session.set-doors': z.object({ ...inSession, open: z.boolean() }),
  'session.hosting': z.object(inSession),
  'session.join': z.object({ invite: z.string().min(1).max(4_096) }),
  /** Another name in this session only; with it the connection is tried again. */
  'session.set-name': z.object({ ...inSession, name: memberNameSchema }),
  /** With a bearer token that the person gives; answers when the server has looked at it, or cannot. */
  'session.sign-in': z.object({
    ...inSession,
    token: z.string().min(1).max(MAX_TOKEN_LENGTH),
  }),
  /** Disconnects and deletes this device's copy. */
  'session.leave': z.object(inSession),
  'session.open': z.object(inSession),
  'session.connect-now': z.object(inSession),
  'session.disconnect': z.object(inSession),

  /** The window shows found sessions from now on, or no longer: `found` events tell what changes. */
  'discovery.watch': z.object({ active: z.boolean() }),

  /** Asks whoever is there what they offer and which key they have; says nothing of this person. */
  'join.look': z.object({ target: joinTargetSchema }),
  /** Comes in without an invite, after the person has confirmed the key of the offer. */
  'join.open': z.object({ target: joinTargetSchema, fingerprint: fingerprintSchema }),
  'join.passphrase': z.object({ target: joinTargetSchema, passphrase: z.string().min(1).max(512) }),
  /** The same with a bearer token, which nobody but that host is shown. */
  'join.token': z.object({
    ...{ target: joinTargetSchema, fingerprint: fingerprintSchema },
    token: z.string().min(1).max(MAX_TOKEN_LENGTH),
  }),
  /** Finds the host that made the code, and joins. Links this device when the code is for that. */
  'join.code': z.object({ code: z.string().min(1).max(64), target: joinTargetSchema.optional() }),
  /** Gives up what `join.look`, `join.code` or `join.passphrase` of this window is doing. */
  'join.cancel': z.object({}),
  /** The window may use a camera from now on, or no longer. */
  'join.scan': z.object({ active: z.boolean() }),

  ...adminCommandSchemas,

  'room.create': z.object({
    ...inSession,
    name: roomNameSchema,
    topic: topicSchema,
    visibility: visibilitySchema,
    members: memberIds,
  }),
  'room.open-direct': z.object({ ...inSession, members: memberIds.min(1) }),
  'room.join': z.object(inRoom),
  'room.leave': z.object(inRoom),
  'room.add-members': z.object({ ...inRoom, members: memberIds.min(1) }),
  'room.change': z.object({
    ...inRoom,
    name: roomNameSchema.optional(),
    topic: topicSchema.optional(),
  }),
  'room.browse': z.object(inSession),
  'room.reads': z.object(inRoom),

  /**
   * Looks at this computer, what it hosts, the session and the address (`host:port` or an invite link), and
   * answers with everything found. `doctor` events tell of each check that ends.
   */
  'doctor.run': z.object({
    session: sessionIdSchema.optional(),
    target: z.string().max(4_096).optional(),
  }),
  'doctor.stop': z.object({}),
  /** Copies the newest report as text. */
  'doctor.copy': z.object({}),

  /** The newest items, or the ones before `before` (an item's `order`). */
  'timeline.load': z.object({
    ...inRoom,
    before: z.number().optional(),
    limit: z.int().min(1).max(200),
  }),
  'message.send': z.object({
    ...inRoom,
    text: sentTextSchema,
    replyTo: messageIdSchema.optional(),
  }),
  'message.edit': z.object({ ...ofMessage, text: sentTextSchema }),
  'message.delete': z.object(ofMessage),
  'message.react': z.object({ ...ofMessage, emoji: emojiSchema }),
  'message.unreact': z.object({ ...ofMessage, emoji: emojiSchema }),
  /** For a failed write, named by its own id: the message id of a post, or `change.operationId`. */
  'message.retry': z.object(ofMessage),
  'message.discard': z.object(ofMessage),

  'room.read': z.object({ ...inRoom, seq: seqSchema }),
  'room.typing': z.object({ ...inRoom, active: z.boolean() }),
  'room.set-draft': z.object({ ...inRoom, text: textSchema }),
  'search.messages': z.object({
    ...inSession,
    query: z.string().max(200),
    limit: z.int().min(1).max(100),
  }),
} as const

export type CommandName = keyof typeof commandSchemas
export type CommandArguments<Name extends CommandName> = z.infer<(typeof commandSchemas)[Name]>

export interface CommandResults extends AdminCommandResults {
  'app.state': AppView
  'app.ready': null
  'app.set-theme': null
  'profile.set-name': null
  'app.open-link': null
  'app.copy-text': null
  'session.host': { readonly session: SessionId }
  'session.resume-hosting': null
  'session.stop-hosting': null
  'session.set-doors': null
  'session.hosting': HostingView
  'session.join': { readonly session: SessionId }
  'session.set-name': null
  'session.sign-in': null
  'app.set-settings': null
  'join.look': JoinOffer
  'join.open': { readonly session: SessionId }
  'join.token': { readonly session: SessionId }
  'join.passphrase': { readonly session: SessionId }
  'join.code': { readonly session: SessionId }
  'join.cancel': null
  'join.scan': null
  'session.leave': null
  'session.open': SessionContents
  'session.connect-now': null
  'session.disconnect': null
  'discovery.watch': readonly FoundSessionView[]
  'doctor.run': DoctorReport
  'doctor.stop': null
  'doctor.copy': null
  'room.create': { readonly room: RoomId }
  'room.open-direct': { readonly room: RoomId }
  'room.join': null
  'room.leave': null
  'room.add-members': null
  'room.change': null
  'room.browse': readonly RoomListing[]
  'room.reads': readonly ReadView[]
  'timeline.load': TimelinePage
  'message.send': { readonly message: MessageId }
  'message.edit': null
  'message.delete': null
  'message.react': null
  'message.unreact': null
  'message.retry': null
  'message.discard': null
  'room.read': null
  'room.typing': null
  'room.set-draft': null
  'search.messages': readonly SearchHit[]
}

/** What a menu item, a deep link or a shortcut of the system asks the window to show. */
export type Intent =
  | { readonly kind: 'host' }
  | { readonly kind: 'join'; readonly invite?: string }
  | { readonly kind: 'hosting-panel'; readonly session: SessionId }
  | { readonly kind: 'stop-hosting'; readonly session: SessionId }
  | { readonly kind: 'new-group' }
  | { readonly kind: 'new-direct' }
  | { readonly kind: 'jump' }
  | { readonly kind: 'shortcuts' }
  | { readonly kind: 'doctor' }

export type AppEvent =
  | { readonly type: 'app'; readonly app: AppView }
  | { readonly type: 'hosting'; readonly hosting: HostingView }
  /** All found sessions, for windows that show them. */
  | { readonly type: 'found'; readonly sessions: readonly FoundSessionView[] }
  | { readonly type: 'doctor'; readonly report: DoctorReport }
  /** The steps of the join this window has asked for, all of them, each time one changes. */
  | { readonly type: 'joining'; readonly steps: readonly JoinStep[] }
  | { readonly type: 'admin'; readonly session: SessionId; readonly admin: AdminView }
  | { readonly type: 'intent'; readonly intent: Intent }
  | { readonly type: 'session-event'; readonly session: SessionId; readonly event: SessionEvent }

/** One channel a direction; the command's name travels inside and is checked against `commandSchemas`. */
export const COMMAND_CHANNEL = 'landline:command'
export const EVENT_CHANNEL = 'landline:events'

/** What the preload script exposes as `window.landline`. */
export interface Bridge {
  invoke<Name extends CommandName>(
    name: Name,
    args: CommandArguments<Name>,
  ): Promise<Result<CommandResults[Name]>>
  /** Calls back with each batch of events, in order; returns how to stop. */
  onEvents(listener: (events: readonly AppEvent[]) => void): () => void
}

export type { PersonView, RoomView, SessionView }

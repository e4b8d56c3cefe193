/** What hosts and moderators do, and everybody with their own devices: the part of the contract about it. */
import { z } from 'zod'
import { inviteLifeSchema, settingsChangeSchema } from '../protocol/admin.ts'
import type { AuditEntry, DeviceRecord, InviteRecord, ShortCode } from '../protocol/admin.ts'
import {
  deviceIdSchema,
  inviteIdSchema,
  memberIdSchema,
  roomIdSchema,
  sessionIdSchema,
} from '../protocol/ids.ts'
import { integrationKindSchema, MAX_INTEGRATION_ROOMS } from '../protocol/integrations.ts'
import type { IntegrationRecord } from '../protocol/integrations.ts'
import { MAX_AUDIT_ENTRIES, MAX_INVITE_LABEL_LENGTH } from '../protocol/limits.ts'
import { memberNameSchema } from '../protocol/records.ts'
import { roleSchema } from '../protocol/roles.ts'
import type { AdminSnapshot } from '../protocol/server-messages.ts'

/** What hosts and moderators see of a session. */
export type AdminView = Omit<AdminSnapshot, 'type'>

const inSession = { session: sessionIdSchema }
const roomIds = z.array(roomIdSchema).max(MAX_INTEGRATION_ROOMS)
const newIntegration = { name: memberNameSchema, rooms: roomIds, what: integrationKindSchema }

export const adminCommandSchemas = {
  /** From now on `admin` events tell of this session (host and moderators). */
  'admin.watch': z.object({ ...inSession, active: z.boolean() }),
  'admin.approve': z.object({ ...inSession, member: memberIdSchema, accept: z.boolean() }),
  'admin.set-role': z.object({ ...inSession, member: memberIdSchema, role: roleSchema }),
  'admin.remove': z.object({ ...inSession, member: memberIdSchema }),
  'admin.ban': z.object({ ...inSession, member: memberIdSchema }),
  'admin.unban': z.object({ ...inSession, member: memberIdSchema }),
  'admin.change': z.object({ ...inSession, change: settingsChangeSchema }),
  'admin.create-invite': z.object({
    ...inSession,
    label: z.string().max(MAX_INVITE_LABEL_LENGTH),
    role: roleSchema.exclude(['host']),
    lifeMs: inviteLifeSchema,
    maxUses: z.int().min(1).max(10_000).nullable(),
  }),
  'admin.revoke-invite': z.object({ ...inSession, invite: inviteIdSchema }),
  'admin.new-code': z.object(inSession),
  /** Entries with a number below `before`, newest first; the newest ones without it. */
  'admin.audit': z.object({
    ...inSession,
    before: z.int().min(1).optional(),
    limit: z.int().min(1).max(MAX_AUDIT_ENTRIES),
  }),

  /** Webhooks and bots of the session; `not-allowed` where it takes none. */
  'admin.integrations': z.object(inSession),
  'admin.create-integration': z.object({ ...inSession, ...newIntegration }),
  'admin.revoke-integration': z.object({ ...inSession, integration: memberIdSchema }),
  'admin.enable-integration': z.object({ ...inSession, integration: memberIdSchema }),

  /** A code for a further device of this person. */
  'device.link-code': z.object(inSession),
  'device.list': z.object(inSession),
  'device.forget': z.object({ ...inSession, device: deviceIdSchema }),
} as const

export interface AdminCommandResults {
  /** Null until the server has told it. */
  'admin.watch': AdminView | null
  'admin.approve': null
  'admin.set-role': null
  'admin.remove': null
  'admin.ban': null
  'admin.unban': null
  'admin.change': null
  'admin.create-invite': { readonly invite: InviteRecord; readonly link: string }
  'admin.revoke-invite': null
  'admin.new-code': null
  'admin.audit': readonly AuditEntry[]
  'admin.integrations': readonly IntegrationRecord[]
  /** Told this once: the URL of an incoming webhook, the key of an outgoing one's signatures, a bot's token. */
  'admin.create-integration': { readonly integration: IntegrationRecord; readonly secret: string }
  'admin.revoke-integration': null
  'admin.enable-integration': null
  'device.link-code': ShortCode
  'device.list': readonly DeviceRecord[]
  'device.forget': null
}

/** What hosts and moderators see and do: invites, people who wait, bans, settings, the audit log. */
import { z } from 'zod'
import { deviceIdSchema, inviteIdSchema, memberIdSchema } from './ids.ts'
import {
  MAX_DEVICE_NAME_LENGTH,
  MAX_INVITE_LABEL_LENGTH,
  MAX_INVITE_LIFE_MS,
  MAX_PASSPHRASE_LENGTH,
  MAX_SESSION_NAME_LENGTH,
  MIN_PASSPHRASE_LENGTH,
} from './limits.ts'
import { memberNameSchema, nameSchema, timeSchema } from './records.ts'
import { roleSchema } from './roles.ts'

/** The token that admits is shown once, when the invite is made; the server keeps its hash. */
export const inviteRecordSchema = z.object({
  id: inviteIdSchema,
  label: z.string().max(MAX_INVITE_LABEL_LENGTH),
  /** Of those who come with it; `host` only for the invite of a headless server's owner. */
  role: roleSchema,
  createdAt: timeSchema,
  /** Null for one the server made. */
  createdBy: memberIdSchema.nullable(),
  expiresAt: timeSchema.nullable(),
  /** New members it may admit in all; null for no limit. */
  maxUses: z.int().min(1).nullable(),
  uses: z.int().min(0),
  revokedAt: timeSchema.nullable(),
})
export type InviteRecord = z.infer<typeof inviteRecordSchema>

/** Somebody who is connected and waits to be let in (I7). */
export const waitingPersonSchema = z.object({
  member: memberIdSchema,
  name: memberNameSchema,
  deviceName: z.string().max(MAX_DEVICE_NAME_LENGTH),
  address: z.string().max(64),
  since: timeSchema,
  role: roleSchema,
})
export type WaitingPerson = z.infer<typeof waitingPersonSchema>

export const bannedPersonSchema = z.object({
  member: memberIdSchema,
  name: memberNameSchema,
  at: timeSchema,
})
export type BannedPerson = z.infer<typeof bannedPersonSchema>

/** What somebody who finds the session may do without an invite. */
export const accessSchema = z.enum([
  'invite', // nothing: an invite, the code or the passphrase is needed
  'open', // come in, or wait for approval when that is asked for
])
export type Access = z.infer<typeof accessSchema>

export const sessionSettingsSchema = z.object({
  access: accessSchema,
  approval: z.boolean(),
  locked: z.boolean(),
  readOnly: z.boolean(),
  /** Whether there is one; the passphrase itself is never sent. */
  passphrase: z.boolean(),
})
export type SessionSettings = z.infer<typeof sessionSettingsSchema>

export const settingsChangeSchema = z.object({
  name: nameSchema(MAX_SESSION_NAME_LENGTH).optional(),
  access: accessSchema.optional(),
  approval: z.boolean().optional(),
  locked: z.boolean().optional(),
  readOnly: z.boolean().optional(),
  /** Null takes it away. Reaches the server encrypted by TLS, from a host only. */
  passphrase: z
    .string()
    .min(MIN_PASSPHRASE_LENGTH)
    .max(MAX_PASSPHRASE_LENGTH)
    .nullable()
    .optional(),
})
export type SettingsChange = z.infer<typeof settingsChangeSchema>

/** A code to be typed on another computer. */
export const shortCodeSchema = z.object({
  /** As a person reads it: `7K2M-Q9XD`. */
  code: z.string().min(8).max(12),
  /** Null while it does not expire by itself. */
  expiresAt: timeSchema.nullable(),
})
export type ShortCode = z.infer<typeof shortCodeSchema>

export const auditActionSchema = z.enum([
  'admitted', // came in for the first time; detail: by which way
  'approved',
  'declined',
  'removed',
  'banned',
  'unbanned',
  'role-changed', // detail: the new role
  'settings-changed', // detail: what, without secrets
  'invite-created',
  'invite-revoked',
  'code-renewed',
  'device-linked',
  'device-forgotten',
  'guesses-stopped', // too many wrong secrets, codes or passphrases; detail: address
])
export type AuditAction = z.infer<typeof auditActionSchema>

export const auditEntrySchema = z.object({
  /** 1 and up, newest highest; pages are asked for by it. */
  number: z.int().min(1),
  at: timeSchema,
  action: auditActionSchema,
  /** Who did it, with the name of that moment; null for the server itself. */
  actor: z.object({ id: memberIdSchema, name: memberNameSchema }).nullable(),
  /** Whom it was done to. */
  target: z.object({ id: memberIdSchema, name: memberNameSchema }).nullable(),
  detail: z.string().max(200),
})
export type AuditEntry = z.infer<typeof auditEntrySchema>

/** One of a member's own devices. */
export const deviceRecordSchema = z.object({
  id: deviceIdSchema,
  name: z.string().max(MAX_DEVICE_NAME_LENGTH),
  addedAt: timeSchema,
  lastSeen: timeSchema,
  /** The one that asks. */
  current: z.boolean(),
})
export type DeviceRecord = z.infer<typeof deviceRecordSchema>

/** Milliseconds an invite lives, null for ever. */
export const inviteLifeSchema = z.int().min(60_000).max(MAX_INVITE_LIFE_MS).nullable()

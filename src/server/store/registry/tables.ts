import type { AuditEntry } from '../../../protocol/admin.ts'
import type { DeviceId, InviteId, MemberId } from '../../../protocol/ids.ts'
import type {
  StoredDevice,
  StoredInvite,
  StoredMember,
  StoredSettings,
} from '../../hub/registry-port.ts'
import type { Steps } from './steps.ts'

/** What the rules of the registry look up and change inside one transaction; a store puts its tables behind it. */
export interface RegistryTables {
  member(id: MemberId): Steps<StoredMember | undefined>
  /** Whoever has a name of this folded form, removed and banned members included; the oldest of several. */
  memberNamed(folded: string): Steps<MemberId | undefined>
  memberCount(): Steps<number>
  /** Active members with the role `host`. */
  hostCount(): Steps<number>
  /** Inserts, or replaces everything but `lastSeen` of a member that is there. */
  saveMember(member: StoredMember, folded: string): Steps<void>

  device(id: DeviceId): Steps<StoredDevice | undefined>
  /** Those not forgotten, oldest first. */
  devicesOf(member: MemberId): Steps<readonly StoredDevice[]>
  /** Whether any device of a banned member, forgotten or not, has this key. */
  isBannedKey(key: string): Steps<boolean>
  saveDevice(device: StoredDevice): Steps<void>

  /** By the hash of a bearer token's subject (I13). */
  memberOfSubject(subject: string): Steps<MemberId | undefined>
  hasSubject(member: MemberId): Steps<boolean>
  /** Neither has another one. */
  bindSubject(subject: string, member: MemberId): Steps<void>
  unbindSubject(member: MemberId): Steps<void>

  /** Undefined before the first change. */
  settings(): Steps<StoredSettings | undefined>
  saveSettings(settings: StoredSettings): Steps<void>

  /** Of every kind, newest first. */
  invites(): Steps<readonly StoredInvite[]>
  invite(id: InviteId): Steps<StoredInvite | undefined>
  inviteByToken(tokenHash: string): Steps<StoredInvite | undefined>
  /** Inserts, or replaces the one of this id. */
  saveInvite(invite: StoredInvite): Steps<void>
  deleteInvite(id: InviteId): Steps<void>

  /** Number of the newest entry, 0 before the first. */
  lastAudit(): Steps<number>
  appendAudit(entry: AuditEntry): Steps<void>
  /** Entries with a number below `before`, newest first. */
  auditBefore(before: number, limit: number): Steps<readonly AuditEntry[]>
}

/** Runs steps as one durable transaction, all or nothing, one such transaction at a time over all nodes. */
export type InRegistry = <Value>(work: (tables: RegistryTables) => Steps<Value>) => Promise<Value>

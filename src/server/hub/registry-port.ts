/**
 * Who belongs to a session and on which terms, kept for ever: members and their devices, invites, settings, and
 * the log of everything that was done about them. A part of the store; all stores pass `registry-contract`.
 */
import type {
  Access,
  AuditAction,
  AuditEntry,
  InviteRecord,
  SessionSettings,
} from '../../protocol/admin.ts'
import type { DeviceId, InviteId, MemberId } from '../../protocol/ids.ts'
import type { Role } from '../../protocol/roles.ts'
import type { Refusal } from './ports.ts'

/** `removed` may come back with a new invite, `banned` may not (I5). */
export type Standing = 'active' | 'removed' | 'banned'

/** One of the session's people, whether they are still in it or not. */
export interface StoredMember {
  readonly id: MemberId
  readonly name: string
  readonly lastSeen: number
  readonly role: Role
  readonly standing: Standing
  /** Of the last change of standing. */
  readonly standingAt: number
  /** Entry in the audit log of the last change of role or standing, 0 for none: tells which record is newer. */
  readonly standingEntry: number
}

export interface StoredDevice {
  readonly id: DeviceId
  readonly member: MemberId
  readonly name: string
  /** Ed25519 public key; null for a device that cannot prove itself: a door speaks for it. */
  readonly key: string | null
  readonly addedAt: number
  readonly lastSeen: number
  /** Nobody's any more; its id stays, because what it wrote is known by it (D4). */
  readonly forgotten: boolean
  /** Let in by a bearer token: it shows one each time, so that it is out when its token ends (I13). */
  readonly byToken: boolean
}

export interface StoredInvite {
  readonly id: InviteId
  readonly kind:
    | 'invite' // made by a person or for the host's own link; listed
    | 'pairing' // made for one joiner who knew the code or the passphrase
    | 'link' // admits a further device of `member` (I11)
  readonly tokenHash: string
  readonly label: string
  readonly role: Role
  readonly createdAt: number
  readonly createdBy: MemberId | null
  readonly expiresAt: number | null
  readonly maxUses: number | null
  readonly uses: number
  readonly revokedAt: number | null
  /** The newest entry of the audit log when it was made: tells whether it is newer than a removal (D19). */
  readonly madeAfter: number
  readonly member: MemberId | null
}

/** Without what only the store needs. */
export function shownInvite(invite: StoredInvite): InviteRecord {
  const { id, label, role, createdAt, createdBy, expiresAt, maxUses, uses, revokedAt } = invite
  return { id, label, role, createdAt, createdBy, expiresAt, maxUses, uses, revokedAt }
}

export interface StoredSettings {
  /** Given by a host; null for the name the store was opened with. */
  readonly name: string | null
  readonly access: Access
  readonly approval: boolean
  readonly locked: boolean
  readonly readOnly: boolean
  /** Stretched; null when there is none. */
  readonly passphrase: string | null
}

export const DEFAULT_SETTINGS: StoredSettings = {
  name: null,
  access: 'invite',
  approval: false,
  locked: false,
  readOnly: false,
  passphrase: null,
}

export function shownSettings(settings: StoredSettings): SessionSettings {
  const { access, approval, locked, readOnly, passphrase } = settings
  return { access, approval, locked, readOnly, passphrase: passphrase !== null }
}

/** By what somebody new asks to be let in. */
export type Ticket =
  /** Nothing: good where the session is open to whoever finds it. */
  | { readonly kind: 'none' }
  /** The secret of the server's operator. */
  | { readonly kind: 'operator' }
  /** The token of an invite, or of a pairing. */
  | { readonly kind: 'invite'; readonly tokenHash: string }
  | { readonly kind: 'link'; readonly tokenHash: string }
  /** The server itself knows who it is: a bearer token, or a name at a door of an open server. */
  | { readonly kind: 'vouched'; readonly role: Role; readonly by: string }

/** What a bearer token proves of whoever shows it. */
export interface Bearer {
  /** SHA-256 of issuer and subject: by whom an authority knows its people is personal, and is not kept. */
  readonly subject: string
  /** The member whom the doors for foreign clients take them for until the token is bound; undefined without any. */
  readonly doorMember: MemberId | undefined
  /** Hash of the token of an invite shown along with it: it brings back who was removed, and nobody else (I5). */
  readonly inviteHash?: string | undefined
}

/** Somebody whose key is proven, or who is vouched for. */
export interface Comer {
  readonly member: { readonly id: MemberId; readonly name: string }
  readonly device: { readonly id: DeviceId; readonly name: string; readonly key: string | null }
  readonly at: number
  /** Take the name with a number when it is taken, instead of being refused. */
  readonly numberName?: boolean
  /** With a key it is the member's own token (I13); a door that speaks for a device knows the member only by it. */
  readonly bearer?: Bearer | undefined
}

export interface Newcomer extends Comer {
  readonly ticket: Ticket
  /** Whether the server takes everybody, whatever the settings say. */
  readonly isOpen: boolean
  readonly maxMembers: number
}

export type Entry =
  /** `isNew` also of who was removed and came back. */
  | { readonly kind: 'in'; readonly member: StoredMember; readonly isNew: boolean }
  /** Nothing was written: a host or moderator has to say yes first (I7). */
  | { readonly kind: 'approval-needed'; readonly role: Role }
  /** `member`: whose the bearer token is, so that its holder can come again as them. */
  | (Refusal & { readonly member?: { readonly id: MemberId; readonly name: string } })

/** `newcomer`: the device is not this member's, or the member is not of the session now; a ticket is needed. */
export type CheckIn = Entry | { readonly kind: 'newcomer' }

export interface Owner {
  readonly memberId: MemberId
  readonly deviceId: DeviceId
  readonly deviceKey: string
  readonly name: string
}

export interface NewInvite {
  readonly id: InviteId
  readonly kind: StoredInvite['kind']
  readonly tokenHash: string
  readonly label: string
  readonly role: Role
  readonly expiresAt: number | null
  readonly maxUses: number | null
  readonly member: MemberId | null
}

/** An act of `by`; null for the server itself, which may do everything. */
export interface Act {
  readonly by: MemberId | null
  readonly at: number
}

export type MemberChanged =
  | { readonly kind: 'changed'; readonly member: StoredMember }
  | { readonly kind: 'unchanged' }
  | Refusal
export type SettingsChanged =
  | { readonly kind: 'changed'; readonly settings: StoredSettings }
  | { readonly kind: 'unchanged' }
  | Refusal
export type InviteChanged =
  | { readonly kind: 'changed'; readonly invite: StoredInvite }
  | { readonly kind: 'unchanged' }
  | Refusal

export type TokenUnbound =
  | { readonly kind: 'unbound'; readonly forgotten: number }
  | { readonly kind: 'unchanged' }
  | Refusal

/**
 * Each method is one transaction; what it changes and the audit entry of it are durable together (I10). Who may
 * do what is decided inside it. Methods reject only for faults of the store itself.
 */
export interface Registry {
  settings(): Promise<StoredSettings>
  /** Those of kind `invite`, newest first. */
  invites(): Promise<readonly StoredInvite[]>
  /** Not the forgotten ones. */
  devicesOf(member: MemberId): Promise<readonly StoredDevice[]>
  /** To whom bearer tokens of this subject, named by its hash, belong (I13). */
  memberOfSubject(subject: string): Promise<MemberId | undefined>
  /** Entries with a number below `before`, newest first. */
  audit(before: number, limit: number): Promise<readonly AuditEntry[]>

  /** A device that was here before: its names are brought up to date. */
  checkIn(comer: Comer): Promise<CheckIn>
  /** A new member or a further device, with its first device, the use of the invite and its name in one (I3, I4). */
  register(newcomer: Newcomer, approvedBy?: MemberId): Promise<Entry>
  /** The one who hosts: the member exists afterwards, with this device, as a host. */
  ensureOwner(owner: Owner, at: number): Promise<StoredMember | Refusal>

  setRole(member: MemberId, role: Role, act: Act): Promise<MemberChanged>
  /** `active` takes a ban back: they are `removed` then, and may come with a new invite. */
  setStanding(member: MemberId, standing: Standing, act: Act): Promise<MemberChanged>
  changeSettings(change: Partial<StoredSettings>, act: Act): Promise<SettingsChanged>
  /** An invite of this id or token that is there already is left as it is, even revoked (`unchanged`). */
  createInvite(invite: NewInvite, act: Act): Promise<InviteChanged>
  revokeInvite(id: InviteId, act: Act): Promise<InviteChanged>
  forgetDevice(device: DeviceId, act: Act): Promise<{ readonly kind: 'forgotten' } | Refusal>
  /**
   * The member's bearer token is nobody's from now on (I13): the next one that they show beside their key is theirs.
   * `forgetDevices` also ends those that the token let in, whose keys would be enough to be bound again.
   */
  unbindToken(member: MemberId, forgetDevices: boolean, act: Act): Promise<TokenUnbound>
  /** What was done without changing anything durable. */
  note(entry: {
    readonly action: AuditAction
    readonly by: MemberId | null
    readonly target?: { readonly id: MemberId; readonly name: string }
    readonly detail: string
    readonly at: number
  }): Promise<void>
}

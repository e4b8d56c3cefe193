import { MAX_DEVICES_PER_MEMBER, MAX_MEMBER_NAME_LENGTH } from '../../../protocol/limits.ts'
import { isModerator, type Role } from '../../../protocol/roles.ts'
import { foldName } from '../../hub/fold-name.ts'
import type { Refusal } from '../../hub/ports.ts'
import {
  type CheckIn,
  type Comer,
  DEFAULT_SETTINGS,
  type Entry,
  type Newcomer,
  type Owner,
  type StoredDevice,
  type StoredInvite,
  type StoredMember,
} from '../../hub/registry-port.ts'
import type { MemberId } from '../../../protocol/ids.ts'
import { refuse } from '../rules.ts'
import { record } from './audit.ts'
import type { Steps } from './steps.ts'
import type { RegistryTables } from './tables.ts'

/** Seeing a device again is stored at most this often: a thousand that come back at once need no disk. */
const SEEN_EVERY_MS = 3_600_000
/** How many people of one name there may be among those whose names are numbered. */
const MAX_NUMBERED = 100

const IDENTITY_TAKEN = refuse('identity-taken', 'This member or device belongs to somebody else.')
const BANNED = refuse('banned', 'You are banned from this session.')
const REMOVED = refuse(
  'removed',
  'You were taken out of this session. A new invite lets you in again.',
)
const NAME_TAKEN = refuse('name-taken', 'Somebody in this session has this name.')
const UNAUTHORIZED = refuse('unauthorized', 'No invite, or not one of this session.')
const LOCKED = refuse('session-locked', 'The session is locked: nobody new is let in now.')

export function* checkIn(tables: RegistryTables, comer: Comer): Steps<CheckIn> {
  const device = yield* tables.device(comer.device.id)
  const member = yield* tables.member(comer.member.id)
  const refusal = yield* refuseIdentity(tables, comer, device, member)
  if (refusal !== undefined) return refusal
  if (member === undefined || device === undefined || device.forgotten) return { kind: 'newcomer' }
  if (member.standing !== 'active') return { kind: 'newcomer' }

  const name = yield* nameFor(tables, comer, member)
  if (name === undefined) return NAME_TAKEN
  const renamed = { ...member, name }
  if (name !== member.name) yield* tables.saveMember(renamed, foldName(name))
  const isOld = comer.at - device.lastSeen >= SEEN_EVERY_MS
  if (device.name !== comer.device.name || isOld) {
    yield* tables.saveDevice({ ...device, name: comer.device.name, lastSeen: comer.at })
  }
  return { kind: 'in', member: renamed, isNew: false }
}

export function* register(
  tables: RegistryTables,
  newcomer: Newcomer,
  approvedBy: MemberId | undefined,
): Steps<Entry> {
  const { ticket, at } = newcomer
  const device = yield* tables.device(newcomer.device.id)
  const before = yield* tables.member(newcomer.member.id)
  const refusal = yield* refuseIdentity(tables, newcomer, device, before)
  if (refusal !== undefined) return refusal
  if (ticket.kind === 'link') return yield* link(tables, newcomer, device, before, ticket.tokenHash)

  // Further devices of a member come by a link, or are vouched for by the server (I1, I11).
  const isVouched = yield* isSpokenFor(tables, newcomer, before)
  const isOwnDevice = device !== undefined && !device.forgotten
  if (before !== undefined && !isOwnDevice && !isVouched) return IDENTITY_TAKEN
  if (before?.standing === 'active') {
    if (isOwnDevice) return { kind: 'in', member: before, isNew: false }
    yield* addDevice(tables, newcomer, device)
    return { kind: 'in', member: before, isNew: false }
  }
  const settings = (yield* tables.settings()) ?? DEFAULT_SETTINGS
  const invite =
    ticket.kind === 'invite' ? yield* tables.inviteByToken(ticket.tokenHash) : undefined
  const isOpen = newcomer.isOpen || settings.access === 'open'
  const granted = grantedBy(newcomer, invite, isOpen, before)
  if (granted.kind === 'refused') return granted
  const { role, way } = granted
  if (settings.locked) return LOCKED
  if (before === undefined && (yield* tables.memberCount()) >= newcomer.maxMembers) {
    const words = `This session has ${newcomer.maxMembers} members, and no more.`
    return refuse('session-full', words)
  }
  const name = yield* nameFor(tables, newcomer, before)
  if (name === undefined) return NAME_TAKEN
  if (settings.approval && !isModerator(role) && approvedBy === undefined) {
    return { kind: 'approval-needed', role }
  }

  if (approvedBy !== undefined) {
    const approver = yield* tables.member(approvedBy)
    if (approver?.standing !== 'active' || !isModerator(approver.role)) {
      return { kind: 'approval-needed', role }
    }
  }
  const member: StoredMember = {
    id: newcomer.member.id,
    name,
    role,
    lastSeen: at,
    standing: 'active',
    standingAt: at,
    standingEntry: (yield* tables.lastAudit()) + 1,
  }
  yield* tables.saveMember(member, foldName(name))
  if (!isOwnDevice) yield* addDevice(tables, newcomer, device)
  if (granted.invite !== undefined) {
    yield* tables.saveInvite({ ...granted.invite, uses: granted.invite.uses + 1 })
  }
  const target = { id: member.id, name }
  yield* record(tables, { action: 'admitted', at, by: null, target, detail: way })
  if (approvedBy !== undefined) {
    yield* record(tables, { action: 'approved', at, by: approvedBy, target })
  }
  return { kind: 'in', member, isNew: true }
}

/** The host comes in by owning the session: no invite, no lock, no approval. */
export function* ensureOwner(
  tables: RegistryTables,
  owner: Owner,
  at: number,
): Steps<StoredMember | Refusal> {
  const { memberId, deviceId, deviceKey: key } = owner
  const before = yield* tables.member(memberId)
  const device = yield* tables.device(deviceId)
  if (device !== undefined && device.member !== memberId) return IDENTITY_TAKEN
  let member = before
  if (before?.role !== 'host' || before.standing !== 'active') {
    const comer = {
      member: { id: memberId, name: before?.name ?? owner.name },
      device: { id: deviceId, name: owner.name, key },
      at,
      numberName: true,
    }
    const name = (yield* nameFor(tables, comer, before)) ?? owner.name
    const standingEntry = (yield* tables.lastAudit()) + 1
    member = {
      ...{ id: memberId, name, role: 'host', standing: 'active' },
      ...{ lastSeen: before?.lastSeen ?? at, standingAt: at, standingEntry },
    }
    yield* tables.saveMember(member, foldName(name))
    const action = before === undefined ? 'admitted' : 'role-changed'
    yield* record(tables, { action, at, by: null, target: member, detail: 'host' })
  }
  if (device === undefined || device.key !== key || device.forgotten) {
    const name = device?.name ?? 'this computer'
    const addedAt = device?.addedAt ?? at
    const forgotten = false
    yield* tables.saveDevice({
      ...{ id: deviceId, member: memberId, name, key, addedAt, lastSeen: at, forgotten },
    })
  }
  if (member === undefined) throw new Error('the owner was neither found nor made')
  return member
}

/** What no ticket helps against: another's id or key, and a ban. */
function* refuseIdentity(
  tables: RegistryTables,
  comer: Comer,
  device: StoredDevice | undefined,
  member: StoredMember | undefined,
): Steps<Refusal | undefined> {
  const { key } = comer.device
  if (device !== undefined && device.member !== comer.member.id) {
    const owner = yield* tables.member(device.member)
    return owner?.standing === 'banned' && device.key === key ? BANNED : IDENTITY_TAKEN
  }
  if (device !== undefined && !device.forgotten && device.key !== key) return IDENTITY_TAKEN
  if (key !== null && (yield* tables.isBannedKey(key))) return BANNED
  // Said to nobody who only names the id.
  if (member?.standing === 'banned' && device !== undefined) return BANNED
  return undefined
}

type Granted =
  | {
      readonly kind: 'granted'
      readonly role: Role
      /** For the audit log: by which way. */
      readonly way: string
      readonly invite?: StoredInvite
    }
  | Refusal

function grantedBy(
  { ticket, at }: Newcomer,
  invite: StoredInvite | undefined,
  isOpen: boolean,
  before: StoredMember | undefined,
): Granted {
  // Only an invite that is newer than the removal brings somebody back, not the one they first came by (I5).
  const isBack = before !== undefined
  if (ticket.kind === 'vouched') {
    return isBack ? REMOVED : { kind: 'granted', role: ticket.role, way: ticket.by }
  }
  if (ticket.kind === 'operator') {
    return isBack ? REMOVED : { kind: 'granted', role: 'member', way: 'join secret' }
  }
  const refusal = refuseInvite(invite, at, before)
  if (invite !== undefined && refusal === undefined) {
    const way = invite.kind === 'pairing' ? invite.label : `invite “${invite.label}”`
    return { kind: 'granted', role: invite.role, way, invite }
  }
  if (isBack) return invite === undefined ? REMOVED : (refusal ?? REMOVED)
  if (isOpen) return { kind: 'granted', role: 'member', way: 'open session' }
  return refusal ?? UNAUTHORIZED
}

function refuseInvite(
  invite: StoredInvite | undefined,
  at: number,
  before: StoredMember | undefined,
): Refusal | undefined {
  if (invite === undefined || invite.kind === 'link') return UNAUTHORIZED
  if (invite.revokedAt !== null) return refuse('invite-revoked', 'This invite was taken back.')
  if (invite.expiresAt !== null && at >= invite.expiresAt) {
    return refuse('invite-expired', 'This invite has expired.')
  }
  if (invite.maxUses !== null && invite.uses >= invite.maxUses) {
    return refuse('invite-used-up', 'This invite has been used up.')
  }
  return before !== undefined && invite.madeAfter < before.standingEntry ? REMOVED : undefined
}

/** Whether a door speaks for this member; who has a key of their own speaks for themselves. */
function* isSpokenFor(
  tables: RegistryTables,
  { ticket, device }: Newcomer,
  member: StoredMember | undefined,
): Steps<boolean> {
  if (ticket.kind !== 'vouched' || device.key !== null) return false
  if (member === undefined) return true
  return (yield* tables.devicesOf(member.id)).every(({ key }) => key === null)
}

/** A further device of a member (I11). */
function* link(
  tables: RegistryTables,
  newcomer: Newcomer,
  device: StoredDevice | undefined,
  member: StoredMember | undefined,
  tokenHash: string,
): Steps<Entry> {
  const { at } = newcomer
  const invite = yield* tables.inviteByToken(tokenHash)
  const isGood =
    invite?.kind === 'link' &&
    invite.member === newcomer.member.id &&
    invite.revokedAt === null &&
    invite.uses < (invite.maxUses ?? 1)
  if (!isGood || member === undefined) return UNAUTHORIZED
  if (member.standing !== 'active') return REMOVED
  if (at >= (invite.expiresAt ?? at)) return refuse('invite-expired', 'This code has expired.')
  const own = yield* tables.devicesOf(member.id)
  if (own.length >= MAX_DEVICES_PER_MEMBER) {
    return refuse('too-many', `A member has at most ${MAX_DEVICES_PER_MEMBER} devices.`)
  }
  yield* addDevice(tables, newcomer, device)
  yield* tables.saveInvite({ ...invite, uses: invite.uses + 1 })
  const detail = newcomer.device.name
  yield* record(tables, { action: 'device-linked', at, by: member.id, target: member, detail })
  return { kind: 'in', member, isNew: false }
}

function addDevice(
  tables: RegistryTables,
  { member, device, at }: Comer,
  before: StoredDevice | undefined,
): Steps<void> {
  const { id, name, key } = device
  const addedAt = before?.addedAt ?? at
  return tables.saveDevice({
    ...{ id, member: member.id, name, key, addedAt, lastSeen: at, forgotten: false },
  })
}

/** Undefined when it is somebody else's (I3). */
function* nameFor(
  tables: RegistryTables,
  { member: { id, name }, numberName }: Comer,
  before: StoredMember | undefined,
): Steps<string | undefined> {
  if (before?.name === name) return name
  const isFree = function* (wanted: string): Steps<boolean> {
    const owner = yield* tables.memberNamed(foldName(wanted))
    return owner === undefined || owner === id
  }
  if (yield* isFree(name)) return name
  if (numberName !== true) return undefined
  // Theirs already: the number they once got stays theirs.
  if (before !== undefined) return before.name
  for (let number = 2; number <= MAX_NUMBERED; number++) {
    const suffix = ` ${number}`
    const wanted = name.slice(0, MAX_MEMBER_NAME_LENGTH - suffix.length).trimEnd() + suffix
    if (yield* isFree(wanted)) return wanted
  }
  return undefined
}

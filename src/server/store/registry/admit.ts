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
import { atDoor, bind, hasKey, ownerOf, refuseBearer, refuseWithoutToken } from './bearers.ts'
import { BANNED, IDENTITY_TAKEN, REMOVED } from './refusals.ts'
import type { Steps } from './steps.ts'
import type { RegistryTables } from './tables.ts'

/** Seeing a device again is stored at most this often: a thousand that come back at once need no disk. */
const SEEN_EVERY_MS = 3_600_000
/** How many people of one name there may be among those whose names are numbered. */
const MAX_NUMBERED = 100

const NAME_TAKEN = refuse('name-taken', 'Somebody in this session has this name.')
const UNAUTHORIZED = refuse('unauthorized', 'No invite, or not one of this session.')
const LOCKED = refuse('session-locked', 'The session is locked: nobody new is let in now.')

export function* checkIn(tables: RegistryTables, came: Comer): Steps<CheckIn> {
  const owner = came.bearer === undefined ? undefined : yield* ownerOf(tables, came.bearer)
  const comer = atDoor(came, owner)
  const device = yield* tables.device(comer.device.id)
  const member = yield* tables.member(comer.member.id)
  const refusal =
    (yield* refuseBearer(tables, comer, owner)) ??
    (yield* refuseIdentity(tables, comer, device, member))
  if (refusal !== undefined) return refusal
  if (member === undefined || device === undefined || device.forgotten) return { kind: 'newcomer' }
  if (member.standing !== 'active') return { kind: 'newcomer' }
  const tokenless = refuseWithoutToken(device, comer)
  if (tokenless !== undefined) return tokenless

  const name = yield* nameFor(tables, comer, member)
  if (name === undefined) return NAME_TAKEN
  const renamed = { ...member, name }
  if (name !== member.name) yield* tables.saveMember(renamed, foldName(name))
  const isOld = comer.at - device.lastSeen >= SEEN_EVERY_MS
  if (device.name !== comer.device.name || isOld) {
    yield* tables.saveDevice({ ...device, name: comer.device.name, lastSeen: comer.at })
  }
  yield* bind(tables, comer)
  return { kind: 'in', member: renamed, isNew: false }
}

export function* register(
  tables: RegistryTables,
  came: Newcomer,
  approvedBy: MemberId | undefined,
): Steps<Entry> {
  const owner = came.bearer === undefined ? undefined : yield* ownerOf(tables, came.bearer)
  const newcomer = atDoor(came, owner)
  const { at, bearer, ticket } = newcomer
  const device = yield* tables.device(newcomer.device.id)
  const before = yield* tables.member(newcomer.member.id)
  const refusal =
    (yield* refuseBearer(tables, newcomer, owner)) ??
    (yield* refuseIdentity(tables, newcomer, device, before))
  if (refusal !== undefined) return refusal
  if (ticket.kind === 'link') return yield* link(tables, newcomer, device, before, ticket.tokenHash)

  // Further devices of a member come by a link, by their bearer token, or by a door's word (I1, I11, I13).
  const isVouched =
    (owner !== undefined && owner === before?.id) || (yield* isSpokenFor(tables, newcomer, before))
  const isOwnDevice = device !== undefined && !device.forgotten
  if (before !== undefined && !isOwnDevice && !isVouched) return IDENTITY_TAKEN
  if (before?.standing === 'active') {
    const refused = isOwnDevice
      ? refuseWithoutToken(device, newcomer)
      : yield* addVouched(tables, newcomer, before, device)
    if (refused !== undefined) return refused
    yield* bind(tables, newcomer)
    return { kind: 'in', member: before, isNew: false }
  }
  const settings = (yield* tables.settings()) ?? DEFAULT_SETTINGS
  const inviteHash = ticket.kind === 'invite' ? ticket.tokenHash : bearer?.inviteHash
  const invite = inviteHash === undefined ? undefined : yield* tables.inviteByToken(inviteHash)
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
  // By what they come back is by what they are in from now on.
  if (!isOwnDevice || device.byToken !== (bearer !== undefined)) {
    yield* addDevice(tables, newcomer, device)
  }
  yield* bind(tables, newcomer)
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
  const isTheirs = device?.key === key && !device.forgotten && !device.byToken
  if (!isTheirs) {
    const name = device?.name ?? 'this computer'
    const addedAt = device?.addedAt ?? at
    yield* tables.saveDevice({
      ...{ id: deviceId, member: memberId, name, key, addedAt, lastSeen: at },
      ...{ forgotten: false, byToken: false },
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
  if (ticket.kind === 'vouched' && !isBack) {
    return { kind: 'granted', role: ticket.role, way: ticket.by }
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
  return member === undefined || !(yield* hasKey(tables, member.id))
}

/** A further device of somebody for whom the server vouches. */
function* addVouched(
  tables: RegistryTables,
  newcomer: Newcomer,
  member: StoredMember,
  device: StoredDevice | undefined,
): Steps<Refusal | undefined> {
  const { at } = newcomer
  if (newcomer.device.key !== null) {
    const refusal = yield* refuseTooMany(tables, member.id)
    if (refusal !== undefined) return refusal
    const detail = `${newcomer.device.name}, by a bearer token`
    yield* record(tables, { action: 'device-linked', at, by: member.id, target: member, detail })
  }
  yield* addDevice(tables, newcomer, device)
  return undefined
}

/** Places of foreign clients are bounded by their doors. */
function* refuseTooMany(tables: RegistryTables, member: MemberId): Steps<Refusal | undefined> {
  const own = (yield* tables.devicesOf(member)).filter(({ key }) => key !== null)
  if (own.length < MAX_DEVICES_PER_MEMBER) return undefined
  return refuse('too-many', `A member has at most ${MAX_DEVICES_PER_MEMBER} devices.`)
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
  const refusal = yield* refuseTooMany(tables, member.id)
  if (refusal !== undefined) return refusal
  yield* addDevice(tables, newcomer, device)
  yield* tables.saveInvite({ ...invite, uses: invite.uses + 1 })
  const detail = newcomer.device.name
  yield* record(tables, { action: 'device-linked', at, by: member.id, target: member, detail })
  return { kind: 'in', member, isNew: false }
}

function addDevice(
  tables: RegistryTables,
  { member, device, at, bearer }: Comer,
  before: StoredDevice | undefined,
): Steps<void> {
  const { id, name, key } = device
  const addedAt = before?.addedAt ?? at
  return tables.saveDevice({
    ...{ id, member: member.id, name, key, addedAt, lastSeen: at },
    ...{ forgotten: false, byToken: bearer !== undefined },
  })
}

/** Undefined when it is somebody else's (I3). */
function* nameFor(
  tables: RegistryTables,
  { member: { id, name }, device, numberName }: Comer,
  before: StoredMember | undefined,
): Steps<string | undefined> {
  if (before?.name === name) return name
  // What their own devices call them counts more than what a door heard.
  if (before !== undefined && device.key === null && (yield* hasKey(tables, id))) return before.name
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

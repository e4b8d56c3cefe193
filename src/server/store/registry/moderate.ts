import type { DeviceId, MemberId } from '../../../protocol/ids.ts'
import { isModerator, mayActOn, type Role } from '../../../protocol/roles.ts'
import { foldName } from '../../hub/fold-name.ts'
import type { Refusal } from '../../hub/ports.ts'
import {
  type Act,
  DEFAULT_SETTINGS,
  type MemberChanged,
  type SettingsChanged,
  type Standing,
  type StoredMember,
  type StoredSettings,
} from '../../hub/registry-port.ts'
import { refuse } from '../rules.ts'
import { record } from './audit.ts'
import type { Steps } from './steps.ts'
import type { RegistryTables } from './tables.ts'

export const NO_SUCH_MEMBER = refuse('no-such-member', 'There is no such person in the session.')
const NOT_ALLOWED = refuse('not-allowed', 'Your role does not allow this.')
const LAST_HOST = refuse('not-allowed', 'The session’s last host stays its host.')

/** The role by which `by` acts now; the server itself acts as a host. Undefined for nobody. */
export function* actingRole(tables: RegistryTables, by: MemberId | null): Steps<Role | undefined> {
  if (by === null) return 'host'
  const member = yield* tables.member(by)
  return member?.standing === 'active' ? member.role : undefined
}

/** What only hosts do; what moderators may do as well is said otherwise. */
export function* refuseUnless(
  tables: RegistryTables,
  by: MemberId | null,
  mayAct: (role: Role) => boolean,
): Steps<Refusal | undefined> {
  const role = yield* actingRole(tables, by)
  return role !== undefined && mayAct(role) ? undefined : NOT_ALLOWED
}

export const isHost = (role: Role): boolean => role === 'host'

export function* setRole(
  tables: RegistryTables,
  id: MemberId,
  role: Role,
  act: Act,
): Steps<MemberChanged> {
  const refusal = yield* refuseUnless(tables, act.by, isHost)
  if (refusal !== undefined) return refusal
  const member = yield* tables.member(id)
  if (member === undefined || member.standing !== 'active') return NO_SUCH_MEMBER
  if (member.role === role) return { kind: 'unchanged' }
  if (yield* isLastHost(tables, member)) return LAST_HOST
  const standingEntry = yield* record(tables, {
    ...act,
    action: 'role-changed',
    target: member,
    detail: role,
  })
  const changed = { ...member, role, standingEntry }
  yield* tables.saveMember(changed, foldName(member.name))
  return { kind: 'changed', member: changed }
}

export function* setStanding(
  tables: RegistryTables,
  id: MemberId,
  standing: Standing,
  act: Act,
): Steps<MemberChanged> {
  const role = yield* actingRole(tables, act.by)
  const member = yield* tables.member(id)
  if (role === undefined || !isModerator(role)) return NOT_ALLOWED
  if (member === undefined) return NO_SUCH_MEMBER
  if (!mayActOn(role, member.role)) return NOT_ALLOWED
  if (yield* isLastHost(tables, member)) return LAST_HOST
  if (standing === 'active') {
    // A ban that is taken back lets nobody in by itself.
    if (member.standing !== 'banned') return { kind: 'unchanged' }
  } else if (member.standing === standing) return { kind: 'unchanged' }
  // Who is banned is not let back a little by being removed.
  if (standing === 'removed' && member.standing === 'banned') return { kind: 'unchanged' }

  const action = standing === 'active' ? 'unbanned' : standing === 'removed' ? 'removed' : 'banned'
  const entry = yield* record(tables, { ...act, action, target: member })
  const changed: StoredMember = {
    ...member,
    standing: standing === 'active' ? 'removed' : standing,
    standingAt: act.at,
    standingEntry: entry,
  }
  yield* tables.saveMember(changed, foldName(member.name))
  return { kind: 'changed', member: changed }
}

function* isLastHost(tables: RegistryTables, member: StoredMember): Steps<boolean> {
  if (member.role !== 'host' || member.standing !== 'active') return false
  return (yield* tables.hostCount()) <= 1
}

export function* changeSettings(
  tables: RegistryTables,
  change: Partial<StoredSettings>,
  act: Act,
): Steps<SettingsChanged> {
  const { name, access, approval, passphrase } = change
  const isHostOnly = [name, access, approval, passphrase].some((part) => part !== undefined)
  const refusal = yield* refuseUnless(tables, act.by, isHostOnly ? isHost : isModerator)
  if (refusal !== undefined) return refusal
  const before = (yield* tables.settings()) ?? DEFAULT_SETTINGS
  const settings: StoredSettings = {
    name: name ?? before.name,
    access: access ?? before.access,
    approval: approval ?? before.approval,
    locked: change.locked ?? before.locked,
    readOnly: change.readOnly ?? before.readOnly,
    passphrase: passphrase === undefined ? before.passphrase : passphrase,
  }
  const differences = differencesOf(before, settings)
  if (differences.length === 0) return { kind: 'unchanged' }
  yield* tables.saveSettings(settings)
  yield* record(tables, { ...act, action: 'settings-changed', detail: differences.join(', ') })
  return { kind: 'changed', settings }
}

/** In words for the audit log, without the passphrase. */
function differencesOf(before: StoredSettings, after: StoredSettings): string[] {
  const differences: string[] = []
  const say = (isDifferent: boolean, words: string): void => {
    if (isDifferent) differences.push(words)
  }
  const onOff = (value: boolean): string => (value ? 'on' : 'off')
  say(before.name !== after.name, `name “${after.name ?? ''}”`)
  say(before.access !== after.access, `access ${after.access}`)
  say(before.approval !== after.approval, `approval ${onOff(after.approval)}`)
  say(before.locked !== after.locked, `locked ${onOff(after.locked)}`)
  say(before.readOnly !== after.readOnly, `read-only ${onOff(after.readOnly)}`)
  if (before.passphrase !== after.passphrase) {
    say(true, after.passphrase === null ? 'passphrase removed' : 'passphrase set')
  }
  return differences
}

export function* forgetDevice(
  tables: RegistryTables,
  id: DeviceId,
  act: Act,
): Steps<{ readonly kind: 'forgotten' } | Refusal> {
  const device = yield* tables.device(id)
  // Devices of others are none of one's business.
  if (device === undefined || device.forgotten || device.member !== act.by) {
    return refuse('no-such-device', 'You have no such device.')
  }
  const own = yield* tables.devicesOf(device.member)
  if (own.length <= 1) {
    return refuse('not-allowed', 'This is your only device; leave the session instead.')
  }
  yield* tables.saveDevice({ ...device, forgotten: true })
  // It may have asked for a link, to come back by.
  for (const invite of yield* tables.invites()) {
    if (invite.kind !== 'link' || invite.member !== device.member) continue
    if (invite.revokedAt === null) yield* tables.saveInvite({ ...invite, revokedAt: act.at })
  }
  const target = yield* tables.member(device.member)
  yield* record(tables, { ...act, action: 'device-forgotten', target, detail: device.name })
  return { kind: 'forgotten' }
}

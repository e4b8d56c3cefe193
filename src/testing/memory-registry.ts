/** The registry's tables in memory, over the members a memory store keeps. */
import type { AuditEntry } from '../protocol/admin.ts'
import type { DeviceId, InviteId, MemberId } from '../protocol/ids.ts'
import type {
  Registry,
  StoredDevice,
  StoredInvite,
  StoredMember,
  StoredSettings,
} from '../server/hub/registry-port.ts'
import { createRegistry } from '../server/store/registry/registry.ts'
import { now, runAtOnce, type Steps } from '../server/store/registry/steps.ts'
import type { RegistryTables } from '../server/store/registry/tables.ts'

export function memoryRegistry(members: Map<MemberId, StoredMember>): Registry {
  const names = new Map<MemberId, string>()
  const devices = new Map<DeviceId, StoredDevice>()
  const subjects = new Map<string, MemberId>()
  const invites = new Map<InviteId, StoredInvite>()
  const audit: AuditEntry[] = []
  let kept: StoredSettings | undefined
  const newestFirst = (): StoredInvite[] => [...invites.values()].toReversed()
  const run = (change: () => unknown): Steps<void> => {
    change()
    return now(undefined)
  }

  const tables: RegistryTables = {
    member: (id) => now(members.get(id)),
    memberNamed: (folded) => now([...names].find(([, name]) => name === folded)?.[0]),
    memberCount: () => now(members.size),
    hostCount: () =>
      now(
        [...members.values()].filter(
          ({ role, standing }) => role === 'host' && standing === 'active',
        ).length,
      ),
    saveMember: (member, folded) =>
      run(() => {
        const lastSeen = members.get(member.id)?.lastSeen ?? member.lastSeen
        members.set(member.id, { ...member, lastSeen })
        names.set(member.id, folded)
      }),
    device: (id) => now(devices.get(id)),
    devicesOf: (member) =>
      now([...devices.values()].filter((device) => device.member === member && !device.forgotten)),
    isBannedKey: (key) =>
      now(
        [...devices.values()].some(
          (device) => device.key === key && members.get(device.member)?.standing === 'banned',
        ),
      ),
    saveDevice: (device) => run(() => devices.set(device.id, device)),
    memberOfSubject: (subject) => now(subjects.get(subject)),
    hasSubject: (member) => now([...subjects.values()].includes(member)),
    bindSubject: (subject, member) => run(() => subjects.set(subject, member)),
    unbindSubject: (member) =>
      run(() => {
        for (const [subject, owner] of subjects) if (owner === member) subjects.delete(subject)
      }),
    settings: () => now(kept),
    saveSettings: (settings) =>
      run(() => {
        kept = settings
      }),
    invites: () => now(newestFirst()),
    invite: (id) => now(invites.get(id)),
    inviteByToken: (hash) => now(newestFirst().find(({ tokenHash }) => tokenHash === hash)),
    saveInvite: (invite) => run(() => invites.set(invite.id, invite)),
    deleteInvite: (id) => run(() => invites.delete(id)),
    lastAudit: () => now(audit.length),
    appendAudit: (entry) => run(() => audit.push(entry)),
    auditBefore: (before, limit) =>
      now(
        audit
          .filter(({ number }) => number < before)
          .slice(-limit)
          .toReversed(),
      ),
  }
  return createRegistry(async (work) => runAtOnce(work(tables)))
}

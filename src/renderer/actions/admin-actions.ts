import type { CommandArguments } from '../../ipc/contract.ts'
import type { SettingsChange } from '../../protocol/admin.ts'
import type { DeviceId, InviteId, MemberId, SessionId } from '../../protocol/ids.ts'
import type { Role } from '../../protocol/roles.ts'
import { apply } from '../store/apply.ts'
import { attempt, change } from './ports.ts'
import type { ActionPorts, Outcome } from './ports.ts'

type NewInvite = Omit<CommandArguments<'admin.create-invite'>, 'session'>
type NewIntegration = Omit<CommandArguments<'admin.create-integration'>, 'session'>

/** What hosts and moderators do, and what people do with their own devices. */
export interface AdminActions {
  /** Keeps the session's `admin` up to date until the returned function is called. */
  watch(session: SessionId): () => void
  approve(session: SessionId, member: MemberId, accept: boolean): Promise<void>
  setRole(session: SessionId, member: MemberId, role: Role): Promise<void>
  remove(session: SessionId, member: MemberId): Outcome<'admin.remove'>
  ban(session: SessionId, member: MemberId): Outcome<'admin.ban'>
  unban(session: SessionId, member: MemberId): Promise<void>
  changeSession(session: SessionId, wanted: SettingsChange): Outcome<'admin.change'>
  createInvite(session: SessionId, wanted: NewInvite): Outcome<'admin.create-invite'>
  revokeInvite(session: SessionId, invite: InviteId): Promise<void>
  newCode(session: SessionId): Promise<void>
  audit(session: SessionId, before: number | undefined, limit: number): Outcome<'admin.audit'>
  integrations(session: SessionId): Outcome<'admin.integrations'>
  createIntegration(session: SessionId, wanted: NewIntegration): Outcome<'admin.create-integration'>
  revokeIntegration(session: SessionId, id: MemberId): Outcome<'admin.revoke-integration'>
  enableIntegration(session: SessionId, id: MemberId): Outcome<'admin.enable-integration'>
  linkCode(session: SessionId): Outcome<'device.link-code'>
  devices(session: SessionId): Outcome<'device.list'>
  forgetDevice(session: SessionId, device: DeviceId): Outcome<'device.forget'>
}

export function adminActions(ports: ActionPorts): AdminActions {
  const { bridge } = ports
  const watchers = new Map<SessionId, number>()

  async function watch(session: SessionId, active: boolean): Promise<void> {
    const result = await bridge.invoke('admin.watch', { session, active })
    if (!active || !result.ok || result.value === null) return
    const admin = result.value
    change(ports, (state) => apply(state, { type: 'admin', session, admin }))
  }

  return {
    watch(session) {
      const count = (watchers.get(session) ?? 0) + 1
      watchers.set(session, count)
      if (count === 1) void watch(session, true)
      return () => {
        const left = (watchers.get(session) ?? 1) - 1
        watchers.set(session, left)
        if (left === 0) void watch(session, false)
      }
    },
    approve: (session, member, accept) =>
      attempt(ports, 'admin.approve', { session, member, accept }),
    setRole: (session, member, role) => attempt(ports, 'admin.set-role', { session, member, role }),
    remove: (session, member) => bridge.invoke('admin.remove', { session, member }),
    ban: (session, member) => bridge.invoke('admin.ban', { session, member }),
    unban: (session, member) => attempt(ports, 'admin.unban', { session, member }),
    changeSession: (session, wanted) => bridge.invoke('admin.change', { session, change: wanted }),
    createInvite: (session, wanted) => bridge.invoke('admin.create-invite', { session, ...wanted }),
    revokeInvite: (session, invite) => attempt(ports, 'admin.revoke-invite', { session, invite }),
    newCode: (session) => attempt(ports, 'admin.new-code', { session }),
    audit: (session, before, limit) =>
      bridge.invoke('admin.audit', {
        session,
        limit,
        ...(before === undefined ? {} : { before }),
      }),
    integrations: (session) => bridge.invoke('admin.integrations', { session }),
    createIntegration: (session, wanted) =>
      bridge.invoke('admin.create-integration', { session, ...wanted }),
    revokeIntegration: (session, integration) =>
      bridge.invoke('admin.revoke-integration', { session, integration }),
    enableIntegration: (session, integration) =>
      bridge.invoke('admin.enable-integration', { session, integration }),
    linkCode: (session) => bridge.invoke('device.link-code', { session }),
    devices: (session) => bridge.invoke('device.list', { session }),
    forgetDevice: (session, device) => bridge.invoke('device.forget', { session, device }),
  }
}

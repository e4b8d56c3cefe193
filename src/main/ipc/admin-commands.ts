import type { Result } from '../../ipc/errors.ts'
import type { MemberId, SessionId } from '../../protocol/ids.ts'
import { parseInvite } from '../../protocol/invite.ts'
import { STANDING_INVITE } from '../sessions/standing-invite.ts'
import type { AdminWatchers } from '../sessions/admin-watchers.ts'
import type { SessionRegistry } from '../sessions/session-registry.ts'
import { ok } from './command-gate.ts'
import type { CommandHandlers } from './command-gate.ts'
import { inSession } from './in-session.ts'

type AdminCommand = Extract<keyof CommandHandlers, `admin.${string}` | `device.${string}`>

/** What hosts and moderators do, and what everybody does with their own devices: the server decides who may. */
export function adminCommands(
  registry: SessionRegistry,
  watchers: AdminWatchers,
  /** The link that carries a new invite's token to people. */
  linkWith: (session: SessionId, token: string) => Result<string>,
  /** 32 random bytes in base64url. */
  newSecret: () => string,
): Pick<CommandHandlers, AdminCommand> {
  const within = inSession(registry)
  /** Of programs of which nobody knows whether they were made: who tries again makes the same one. */
  const unsure = new Map<string, string>()
  return {
    'admin.watch': ({ session, active }, { windowId }) => watchers.set(windowId, session, active),
    'admin.approve': within(({ admin }, { member, accept }) => admin.approve(member, accept)),
    'admin.set-role': within(({ admin }, { member, role }) => admin.setRole(member, role)),
    'admin.remove': within(({ admin }, { member }) => admin.remove(member)),
    'admin.ban': within(({ admin }, { member }) => admin.ban(member)),
    'admin.unban': within(({ admin }, { member }) => admin.unban(member)),
    'admin.change': within(({ admin }, { change }) => admin.change(change)),
    // The name of the session's own invite is taken: another one must not be looked after in its place.
    'admin.create-invite': within(async ({ admin }, { session, label, role, lifeMs, maxUses }) => {
      const own = label === STANDING_INVITE ? 'First' : label
      const made = await admin.createInvite({ label: own, role, lifeMs, maxUses })
      if (!made.ok) return made
      const link = linkWith(session, made.value.token)
      return link.ok ? ok({ invite: made.value.invite, link: link.value }) : link
    }),
    'admin.revoke-invite': within(({ admin }, { invite }) => admin.revokeInvite(invite)),
    'admin.new-code': within(({ admin }) => admin.newCode()),
    'admin.audit': within(({ admin }, { before, limit }) => admin.audit({ before, limit })),
    'admin.integrations': within(({ admin }) => admin.integrations()),
    'admin.create-integration': within(async ({ admin }, { session, name, rooms, what }) => {
      const key = JSON.stringify([session, name, rooms, what])
      const secret = unsure.get(key) ?? newSecret()
      unsure.set(key, secret)
      const made = await admin.createIntegration({ name, rooms, what, secret })
      if (made.ok || !UNSURE.has(made.failure.kind)) unsure.delete(key)
      if (!made.ok || what.kind !== 'incoming') return made
      // An older server has made its own.
      const { integration, secret: token } = made.value
      const link = linkWith(session, token)
      return link.ok
        ? ok({ integration, secret: hookUrl(link.value, integration.id, token) })
        : link
    }),
    'admin.revoke-integration': within(({ admin }, { integration }) =>
      admin.revokeIntegration(integration),
    ),
    'admin.enable-integration': within(({ admin }, { integration }) =>
      admin.enableIntegration(integration),
    ),
    'device.link-code': within(({ admin }) => admin.linkCode()),
    'device.list': within(({ admin }) => admin.devices()),
    'device.forget': within(({ admin }, { device }) => admin.forgetDevice(device)),
  }
}

/** After these it may have been made, or half made. */
const UNSURE: ReadonlySet<string> = new Set(['offline', 'timeout', 'unavailable'])

/** Where an incoming webhook is posted to: where an invite leads people. */
export function hookUrl(link: string, id: MemberId, token: string): string {
  const parsed = parseInvite(link)
  if (parsed.kind === 'fault') throw new Error(`an invite of this app is not one: ${parsed.code}`)
  const { addresses, fingerprint, tls } = parsed.invite
  const scheme = fingerprint === undefined && tls === undefined ? 'http' : 'https'
  return `${scheme}://${addresses[0]}/hooks/${id}/${token}`
}

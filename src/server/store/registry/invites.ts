import type { InviteId } from '../../../protocol/ids.ts'
import { MAX_INVITES } from '../../../protocol/limits.ts'
import { isModerator, mayGive } from '../../../protocol/roles.ts'
import { linkRefusal } from '../../hub/link-refusal.ts'
import type { Act, InviteChanged, NewInvite, StoredInvite } from '../../hub/registry-port.ts'
import { refuse } from '../rules.ts'
import { record } from './audit.ts'
import { actingRole, refuseUnless } from './moderate.ts'
import type { Steps } from './steps.ts'
import type { RegistryTables } from './tables.ts'

/** Tokens of pairings and links live for minutes: as many as these are a flood. */
const MAX_PASSING = 1_000

export function* createInvite(
  tables: RegistryTables,
  wanted: NewInvite,
  act: Act,
): Steps<InviteChanged> {
  const { kind, role, label } = wanted
  const acting = yield* actingRole(tables, act.by)
  // Everybody may link devices of their own; the hub names no other member.
  const isOwnLink = kind === 'link' && acting !== undefined && wanted.member === act.by
  if (!isOwnLink && (acting === undefined || !mayGive(acting, role))) {
    return refuse('not-allowed', 'Your role cannot give this role.')
  }
  if (isOwnLink && wanted.member !== null) {
    const refusal = linkRefusal(yield* tables.devicesOf(wanted.member))
    if (refusal !== undefined) return refusal
  }
  const known = (yield* tables.invite(wanted.id)) ?? (yield* tables.inviteByToken(wanted.tokenHash))
  if (known !== undefined) {
    return known.createdBy === act.by
      ? { kind: 'unchanged' }
      : refuse('id-taken', 'This id names another invite.')
  }
  if (!(yield* makeRoom(tables, kind, act.at))) {
    return refuse('too-many', `A session has at most ${MAX_INVITES} invites that are still good.`)
  }
  const invite: StoredInvite = {
    ...wanted,
    createdAt: act.at,
    createdBy: act.by,
    uses: 0,
    revokedAt: null,
    madeAfter: yield* tables.lastAudit(),
  }
  yield* tables.saveInvite(invite)
  if (kind === 'invite') {
    yield* record(tables, { ...act, action: 'invite-created', detail: `${label} (${role})` })
  }
  return { kind: 'changed', invite }
}

/** Ended invites make room for new ones, the oldest first; those that still admit never do. */
function* makeRoom(
  tables: RegistryTables,
  kind: StoredInvite['kind'],
  now: number,
): Steps<boolean> {
  const isListed = kind === 'invite'
  const all = yield* tables.invites()
  const alike = all.filter((invite) => (invite.kind === 'invite') === isListed)
  const bound = isListed ? MAX_INVITES : MAX_PASSING
  if (alike.length < bound) return true
  const over = alike.filter((invite) => hasEnded(invite, now))
  const ended = over.findLast((invite) => !isServersOwn(invite)) ?? over.at(-1)
  if (ended === undefined) return false
  yield* tables.deleteInvite(ended.id)
  return true
}

/** Made anew at every start unless it is there: one that was taken back must not be good again. */
function isServersOwn({ createdBy, maxUses }: StoredInvite): boolean {
  return createdBy === null && maxUses === null
}

function hasEnded({ revokedAt, expiresAt, maxUses, uses }: StoredInvite, now: number): boolean {
  if (revokedAt !== null) return true
  return (expiresAt !== null && now >= expiresAt) || (maxUses !== null && uses >= maxUses)
}

export function* revokeInvite(
  tables: RegistryTables,
  id: InviteId,
  act: Act,
): Steps<InviteChanged> {
  const refusal = yield* refuseUnless(tables, act.by, isModerator)
  if (refusal !== undefined) return refusal
  const invite = yield* tables.invite(id)
  if (invite === undefined || invite.kind !== 'invite') {
    return refuse('no-such-invite', 'There is no such invite.')
  }
  const acting = yield* actingRole(tables, act.by)
  if (acting === undefined || !mayGive(acting, invite.role)) {
    return refuse('not-allowed', 'Your role cannot take this invite back.')
  }
  if (invite.revokedAt !== null) return { kind: 'unchanged' }
  const revoked = { ...invite, revokedAt: act.at }
  yield* tables.saveInvite(revoked)
  const detail = `${invite.label} (${invite.role})`
  yield* record(tables, { ...act, action: 'invite-revoked', detail })
  return { kind: 'changed', invite: revoked }
}

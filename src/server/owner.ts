import type { InviteId } from '../protocol/ids.ts'
import type { Role } from '../protocol/roles.ts'
import type { Clock, Refusal, Secrets } from './hub/ports.ts'
import type { Owner, Registry } from './hub/registry-port.ts'

export interface OwnerOptions {
  /** The one whose computer it is. */
  readonly owner?: Owner
  /** Token of the session's own invite link; made once, and not again after it was revoked. */
  readonly firstInvite?: {
    readonly token: string
    readonly label: string
    readonly role: Role
    /** As often as one likes when left out. */
    readonly maxUses?: number
  }
}

/** Sees that a session has its host, and the invite its link is made of. Why not, if it cannot be. */
export async function admitOwner(
  registry: Registry,
  { owner, firstInvite }: OwnerOptions,
  ports: { readonly clock: Clock; readonly secrets: Pick<Secrets, 'hash' | 'uuid'> },
): Promise<Refusal | undefined> {
  const at = ports.clock.now()
  if (owner !== undefined) {
    const member = await registry.ensureOwner(owner, at)
    if ('kind' in member) return member
  }
  if (firstInvite === undefined) return undefined
  const { token, label, role, maxUses = null } = firstInvite
  await registry.createInvite(
    {
      ...{ id: ports.secrets.uuid() as InviteId, kind: 'invite', label, role, member: null },
      ...{ tokenHash: ports.secrets.hash(token), expiresAt: null, maxUses },
    },
    { by: null, at },
  )
  return undefined
}

import type { ClientSession } from '../../client/client-session.ts'
import type { AdminView } from '../../ipc/admin-contract.ts'
import type { SessionId } from '../../protocol/ids.ts'
import { errorFields } from '../logger.ts'
import type { Logger } from '../logger.ts'

/** Label of the invite that the host's own link is made of; the server gives the first one the same. */
export const STANDING_INVITE = 'first'

export interface StandingInviteOptions {
  readonly isHosted: (id: SessionId) => boolean
  readonly clientOf: (id: SessionId) => Pick<ClientSession, 'admin'> | undefined
  /** The link carries this from now on. */
  readonly keep: (id: SessionId, token: string) => void
  readonly log: Logger
}

/** Sees to it that the link on the hosting panel is good: when it was revoked, a new one takes its place. */
export function createStandingInvite(options: StandingInviteOptions): {
  follow(id: SessionId, view: AdminView): Promise<void>
} {
  const making = new Set<SessionId>()
  /** Tokens that the disk did not take. */
  const unkept = new Map<SessionId, string>()

  function keep(id: SessionId, token: string): void {
    unkept.set(id, token)
    try {
      options.keep(id, token)
      unkept.delete(id)
    } catch (error) {
      options.log.error('the new invite could not be kept', errorFields(error))
    }
  }

  return {
    async follow(id, view) {
      if (!options.isHosted(id) || making.has(id)) return
      const isGood = view.invites.some(
        ({ label, revokedAt }) => label === STANDING_INVITE && revokedAt === null,
      )
      const token = unkept.get(id)
      if (isGood && token !== undefined) keep(id, token)
      if (isGood) return
      making.add(id)
      const made = await options.clientOf(id)?.admin.createInvite({
        ...{ label: STANDING_INVITE, role: 'member', lifeMs: null, maxUses: null },
      })
      making.delete(id)
      if (made === undefined) return
      if (made.ok) keep(id, made.value.token)
      // The next change of what hosts see is the next try.
      else options.log.warn('no new invite could be made', { code: made.failure.kind })
    },
  }
}

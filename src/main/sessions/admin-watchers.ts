import type { AdminView } from '../../ipc/contract.ts'
import type { Result } from '../../ipc/errors.ts'
import type { SessionId } from '../../protocol/ids.ts'
import { ok } from '../ipc/command-gate.ts'
import { unknownSession } from '../ipc/session-commands.ts'
import type { SessionRegistry } from './session-registry.ts'

/** The windows that show what hosts and moderators see; the server is asked for it as long as one does. */
export interface AdminWatchers {
  set(windowId: number, session: SessionId, active: boolean): Promise<Result<AdminView | null>>
  /** The windows that are to be told of this session. */
  of(session: SessionId): readonly number[]
}

export function createAdminWatchers(options: {
  readonly registry: Pick<SessionRegistry, 'get'>
  readonly isOpen: (windowId: number) => boolean
  /** This app looks after the invite of a session it hosts, with or without a window. */
  readonly isHosted: (session: SessionId) => boolean
}): AdminWatchers {
  const windows = new Map<SessionId, Set<number>>()

  function watching(session: SessionId): Set<number> {
    const known = windows.get(session) ?? new Set()
    // A closed window does not say that it looks no longer.
    for (const id of known) if (!options.isOpen(id)) known.delete(id)
    windows.set(session, known)
    return known
  }

  return {
    async set(windowId, session, active) {
      const client = options.registry.get(session)
      if (client === undefined) return unknownSession
      const known = watching(session)
      if (active) known.add(windowId)
      else known.delete(windowId)
      const isLast = known.size === 0 && !options.isHosted(session)
      if (active || isLast) return client.admin.watch(active)
      return ok(client.admin.view())
    },
    of: (session) => [...watching(session)],
  }
}

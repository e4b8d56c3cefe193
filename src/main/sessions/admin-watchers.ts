import type { AdminView } from '../../ipc/admin-contract.ts'
import type { Result } from '../../ipc/errors.ts'
import type { SessionId } from '../../protocol/ids.ts'
import { ok } from '../ipc/command-gate.ts'
import type { SessionRegistry } from './session-registry.ts'

/** The windows that show what hosts and moderators see; the server is asked for it as long as one does. */
export interface AdminWatchers {
  set(windowId: number, session: SessionId, active: boolean): Promise<Result<AdminView | null>>
  /** The window's page is gone, without saying that it looks no longer. */
  gone(windowId: number): void
  /** The windows that are to be told of this session. */
  of(session: SessionId): readonly number[]
}

export function createAdminWatchers(options: {
  readonly registry: Pick<SessionRegistry, 'get' | 'find'>
  /** This app looks after the invite of a session it hosts, with or without a window. */
  readonly isHosted: (session: SessionId) => boolean
}): AdminWatchers {
  const windows = new Map<SessionId, Set<number>>()

  const isLast = (session: SessionId): boolean =>
    (windows.get(session)?.size ?? 0) === 0 && !options.isHosted(session)

  return {
    async set(windowId, session, active) {
      const found = options.registry.find(session)
      if (!found.ok) return found
      const client = found.value
      const known = windows.get(session) ?? new Set()
      windows.set(session, known)
      if (active) known.add(windowId)
      else known.delete(windowId)
      if (active || isLast(session)) return client.admin.watch(active)
      return ok(client.admin.view())
    },
    gone(windowId) {
      for (const [session, known] of windows) {
        if (known.delete(windowId) && isLast(session)) {
          void options.registry.get(session)?.admin.watch(false)
        }
      }
    },
    of: (session) => [...(windows.get(session) ?? [])],
  }
}

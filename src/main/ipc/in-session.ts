import type { ClientSession } from '../../client/client-session.ts'
import type { Result } from '../../ipc/errors.ts'
import type { SessionId } from '../../protocol/ids.ts'
import type { SessionRegistry } from '../sessions/session-registry.ts'

/** Looks up the session that a command names; only handlers that await answer with a promise. */
export function inSession(registry: Pick<SessionRegistry, 'find'>) {
  return <Args extends { readonly session: SessionId }, Answer>(
    run: (session: ClientSession, args: Args) => Result<Answer> | Promise<Result<Answer>>,
  ): ((args: Args) => Result<Answer> | Promise<Result<Answer>>) =>
    (args) => {
      const session = registry.find(args.session)
      return session.ok ? run(session.value, args) : session
    }
}

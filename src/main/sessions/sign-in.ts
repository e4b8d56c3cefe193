import type { ClientSession } from '../../client/client-session.ts'
import type { Result } from '../../ipc/errors.ts'
import type { SessionId } from '../../protocol/ids.ts'
import { done, fail } from '../ipc/command-gate.ts'
import { createIdentity } from '../profile/identity.ts'
import type { KnownSession } from '../profile/profile-schema.ts'
import type { ProfileStore } from '../profile/profile-store.ts'
import type { SessionRegistry } from './session-registry.ts'

/** What a person does where a session asks for a bearer token. */
export interface SignIn {
  /** Tries the token at once; it is kept for the next start unless the server refuses it. */
  withToken(id: SessionId, token: string): Promise<Result<null>>
  /** The session has changed: where its token is another member's, this device joins again as them (I13). */
  follow(id: SessionId): void
}

export function createSignIn(
  profile: ProfileStore,
  registry: Pick<SessionRegistry, 'get' | 'startOver'>,
): SignIn {
  /** Once is enough: whoever is told of yet another member is shown the refusal. */
  const adopted = new Set<SessionId>()

  function keepToken(session: KnownSession, token: string | undefined): void {
    const { token: _before, ...rest } = session
    profile.putSession(token === undefined ? rest : { ...rest, token })
  }

  async function show(client: ClientSession, token: string): Promise<Result<null>> {
    const result = await client.signIn(token)
    // Nobody answers: the token is kept, and the connection's own words say the rest.
    return result.ok || result.failure.kind === 'offline' ? done : result
  }

  function adopt(id: SessionId): void {
    const session = profile.session(id)
    const connection = registry.get(id)?.view().connection
    if (session === undefined || connection?.state !== 'refused') return
    const { owner } = connection
    if (owner === undefined || adopted.has(id)) return
    adopted.add(id)
    // Whoever it was before was never in, and has neither messages nor a device that somebody knows.
    const { link: _link, ...kept } = session
    const next = {
      ...kept,
      ...createIdentity(),
      ...{ memberId: owner.id, memberName: owner.name },
    }
    const opened = registry.startOver(next)
    if (opened.ok) opened.value.connect()
  }

  return {
    async withToken(id, token) {
      const session = profile.session(id)
      const client = registry.get(id)
      if (session === undefined || client === undefined) return unknownSession
      adopted.delete(id)
      // Before it is shown: who is let in now must be let in by itself at the next start.
      keepToken(session, token)
      const result = await show(client, token)
      if (result.ok) return result
      adopt(id)
      const owners = registry.get(id)
      if (owners !== undefined && owners !== client) return show(owners, token)
      const now = profile.session(id)
      if (now?.token === token) keepToken(now, session.token)
      return result
    },
    follow: adopt,
  }
}

const unknownSession = fail('no-such-session', 'This session is not in your list any more.')

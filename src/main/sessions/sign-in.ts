import type { SessionView, TokenReason } from '../../client/views.ts'
import type { Result } from '../../ipc/errors.ts'
import type { SessionId } from '../../protocol/ids.ts'
import { done } from '../ipc/command-gate.ts'
import { createIdentity } from '../profile/identity.ts'
import type { KnownSession } from '../profile/profile-schema.ts'
import type { ProfileStore } from '../profile/profile-store.ts'
import { unknownSession } from './known-sessions.ts'
import type { SessionRegistry } from './session-registry.ts'

/** What a person does where a session asks for a bearer token. */
export interface SignIn {
  /** Tries the token at once; it is kept for the next start unless the server refuses it. */
  withToken(id: SessionId, token: string): Promise<Result<null>>
  /** The session has changed: where its token is another member's, a newcomer joins again as them (I13). */
  follow(session: SessionView): void
  /** The server takes this token no more, or never did: it is not shown again, also not at the next start. */
  forget(id: SessionId, token: string, reason: TokenReason): void
}

export function createSignIn(
  profile: ProfileStore,
  registry: Pick<SessionRegistry, 'get' | 'find' | 'startOver'>,
): SignIn {
  /** Once is enough: whoever is told of yet another member is shown the refusal. */
  const adopted = new Set<SessionId>()
  /** One token of a session is looked at before the next: what becomes of it decides which one is kept. */
  const running = new Map<SessionId, Promise<Result<null>>>()
  /** Kept before the one that is looked at now, and good as far as anybody knows. */
  const earlier = new Map<SessionId, string>()

  function keepToken(session: KnownSession, token: string | undefined): void {
    const { token: _before, ...rest } = session
    profile.putSession(token === undefined ? rest : { ...rest, token })
  }

  function adopt({ id, connection, newcomer }: SessionView): void {
    const session = profile.session(id)
    if (session === undefined || connection.state !== 'refused') return
    const { owner } = connection
    // Who was in once is somebody already: what they wrote, sent or not, stays theirs.
    if (owner === undefined || newcomer !== true || adopted.has(id)) return
    adopted.add(id)
    // Whoever it was before was never in, and has neither messages nor a device that somebody knows.
    const { link: _link, ...kept } = session
    const next = {
      ...kept,
      ...createIdentity(),
      ...{ memberId: owner.id, memberName: owner.name },
    }
    // Where that could not be done, the session is what it was, and says again why it is kept out.
    registry.startOver(next)
    registry.get(id)?.connect()
  }

  async function tryToken(id: SessionId, token: string): Promise<Result<null>> {
    const session = profile.session(id)
    const found = registry.find(id)
    if (session === undefined) return unknownSession
    if (!found.ok) return found
    const client = found.value
    adopted.delete(id)
    // Who has left and joined anew is somebody else than the one before was good for.
    if (session.token === undefined) earlier.delete(id)
    else if (session.token !== token) earlier.set(id, session.token)
    // Before it is shown: who is let in now must be let in by itself at the next start.
    keepToken(session, token)
    let result = await client.signIn(token)
    if (!result.ok && registry.get(id) === client) adopt(client.view())
    const owners = registry.get(id)
    if (!result.ok && owners !== undefined && owners !== client) result = await owners.signIn(token)
    // Nobody can look at it: it is kept, with the one before, and the connection's own words say the rest.
    if (!result.ok && result.failure.kind === 'offline') return done
    // What is not the token's fault is no reason to ask for another one.
    if (!result.ok && result.failure.kind !== 'not-allowed') dropToken(id, token)
    earlier.delete(id)
    return result
  }

  function dropToken(id: SessionId, token: string): void {
    if (earlier.get(id) === token) earlier.delete(id)
    const session = profile.session(id)
    if (session?.token === token) keepToken(session, earlier.get(id))
  }

  return {
    withToken(id, token) {
      const before = running.get(id)
      const mine: Promise<Result<null>> = (
        before === undefined
          ? tryToken(id, token)
          : before.then(
              () => tryToken(id, token),
              () => tryToken(id, token),
            )
      ).finally(() => {
        if (running.get(id) === mine) running.delete(id)
      })
      running.set(id, mine)
      return mine
    },
    follow: adopt,
    forget(id, token, reason) {
      const isNewcomer = registry.get(id)?.view().newcomer === true
      // It is good for whoever this device is about to become.
      if (reason === 'token-of-another' && isNewcomer && !adopted.has(id)) return
      // One that ended was taken before: the ones before it are of the past.
      if (reason === 'token-ended' && !running.has(id)) earlier.delete(id)
      dropToken(id, token)
    },
  }
}

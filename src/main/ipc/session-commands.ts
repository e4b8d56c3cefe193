import type { SessionId } from '../../protocol/ids.ts'
import type { SessionRegistry } from '../sessions/session-registry.ts'
import type { SignIn } from '../sessions/sign-in.ts'
import type { Sessions } from '../sessions/sessions.ts'
import { ok } from './command-gate.ts'
import type { CommandHandlers } from './command-gate.ts'

type SessionCommand = Extract<keyof CommandHandlers, `session.${string}`>

export function sessionCommands(
  sessions: Sessions,
  registry: SessionRegistry,
  signIn: SignIn,
  /** The window shows this session now; menus act on it. */
  opened: (windowId: number, id: SessionId) => void,
): Pick<CommandHandlers, SessionCommand> {
  return {
    'session.host': ({ name, access, approval, passphrase }) =>
      sessions.host(name, {
        ...(access === undefined ? {} : { access }),
        ...(approval === undefined ? {} : { approval }),
        ...(passphrase === undefined ? {} : { passphrase }),
      }),
    'session.resume-hosting': ({ session }) => sessions.resumeHosting(session),
    'session.stop-hosting': ({ session }) => sessions.stopHosting(session),
    'session.set-doors': ({ session, open }) => sessions.setDoors(session, open),
    'session.hosting': ({ session }) => sessions.hostingView(session),
    'session.join': ({ invite }) => sessions.join(invite),
    'session.set-name': ({ session, name }) => sessions.setName(session, name),
    'session.sign-in': ({ session, token }) => signIn.withToken(session, token),
    'session.leave': ({ session }) => sessions.leave(session),
    'session.open'({ session: id }, { windowId }) {
      const open = registry.get(id)
      // What could not be opened before is tried again.
      const session = open === undefined ? sessions.reopen(id) : ok(open)
      if (!session.ok) return session
      opened(windowId, id)
      return ok(session.value.contents())
    },
    'session.connect-now': ({ session }) => sessions.connect(session),
    'session.disconnect': ({ session }) => sessions.disconnect(session),
  }
}

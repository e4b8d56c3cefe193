import type { Joining } from '../joining/joining.ts'
import { done } from './command-gate.ts'
import type { CommandHandlers } from './command-gate.ts'

type JoinCommand = Extract<keyof CommandHandlers, `join.${string}`>

/** How a person gets into a session without an invite link. */
export function joinCommands(
  joining: Joining,
  /** Lets the window use a camera for video, or no longer. */
  allowCamera: (windowId: number, active: boolean) => void,
): Pick<CommandHandlers, JoinCommand> {
  return {
    'join.look': ({ target }, { windowId }) => joining.look(windowId, target),
    'join.open': ({ target, fingerprint }, { windowId }) =>
      joining.open(windowId, target, fingerprint),
    'join.token': ({ target, fingerprint, token }, { windowId }) =>
      joining.withToken(windowId, target, fingerprint, token),
    'join.passphrase': ({ target, passphrase }, { windowId }) =>
      joining.withPassphrase(windowId, target, passphrase),
    'join.code': ({ code, target }, { windowId }) => joining.withCode(windowId, code, target),
    'join.cancel'(_args, { windowId }) {
      joining.cancel(windowId)
      return done
    },
    'join.scan'({ active }, { windowId }) {
      allowCamera(windowId, active)
      return done
    },
  }
}

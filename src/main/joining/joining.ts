import type { Result } from '../../ipc/errors.ts'
import type { JoinOffer, JoinTarget } from '../../ipc/join-views.ts'
import type { SessionId } from '../../protocol/ids.ts'
import { fail } from '../ipc/command-gate.ts'

type Joined = Promise<Result<{ readonly session: SessionId }>>

/** Getting into a session without an invite link; one attempt a window at a time. */
export interface Joining {
  look(windowId: number, target: JoinTarget): Promise<Result<JoinOffer>>
  open(windowId: number, target: JoinTarget, fingerprint: string): Joined
  withPassphrase(windowId: number, target: JoinTarget, passphrase: string): Joined
  withCode(windowId: number, code: string, target: JoinTarget | undefined): Joined
  cancel(windowId: number): void
}

export function createJoining(): Joining {
  const notYet = () =>
    Promise.resolve(
      fail('unreachable', 'This way of joining is not there yet. Use an invite link.'),
    )
  return { look: notYet, open: notYet, withPassphrase: notYet, withCode: notYet, cancel() {} }
}

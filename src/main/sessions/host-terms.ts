import type { ClientSession } from '../../client/client-session.ts'
import type { Result } from '../../ipc/errors.ts'
import type { SettingsChange } from '../../protocol/admin.ts'
import { done } from '../ipc/command-gate.ts'

/** How people come into a session that begins. */
export type HostTerms = Pick<SettingsChange, 'access' | 'approval' | 'passphrase'>

interface TermsClock {
  after(ms: number, run: () => void): () => void
}

/** The host's own client is on the same computer as the server it waits for. */
const SETTLE_LIMIT_MS = 15_000

/** The session is on these terms when this answers: before its invite is shown to anybody. */
export async function agreeOn(
  client: ClientSession,
  terms: HostTerms,
  clock: TermsClock,
): Promise<Result<null>> {
  if (Object.keys(terms).length === 0) return done
  await untilSettled(client, clock)
  return client.admin.change(terms)
}

/** Online, or known not to get there. */
function untilSettled(client: ClientSession, clock: TermsClock): Promise<void> {
  return new Promise((resolve) => {
    const finish = (): void => {
      cancel()
      stop()
      resolve()
    }
    const look = (): void => {
      const { state } = client.view().connection
      if (state === 'online' || state === 'refused') finish()
    }
    const cancel = clock.after(SETTLE_LIMIT_MS, finish)
    const stop = client.on(look)
    look()
  })
}

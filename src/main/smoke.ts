import { app } from 'electron'
import { join } from 'node:path'
import { openClientSession } from '../client/client-session.ts'
import { systemClock } from '../client/clock.ts'
import { createIdentity, createSessionId } from './profile/identity.ts'
import { PROTOCOL_VERSION } from '../protocol/version.ts'

/** Longest time to the first usable screen, in milliseconds: beyond it something is broken. */
const LIMIT_MS = 30_000

/**
 * `--smoke`: prints one JSON line when the first window shows a screen a person can use, and exits with
 * 0; exits with 1 and words when that does not happen in time.
 */
export function startSmoke(folder: string): { usable(): void } {
  const timer = setTimeout(() => {
    process.stderr.write(
      `Landline did not show a usable window within ${LIMIT_MS / 1_000} seconds. The lines above say how far it came.\n`,
    )
    app.exit(1)
  }, LIMIT_MS)

  return {
    usable() {
      clearTimeout(timer)
      const usableAt = Date.now()
      const fault = databaseFault(folder)
      if (fault !== null) {
        process.stderr.write(`Landline cannot use its database: ${fault}\n`)
        return app.exit(1)
      }
      const { electron, chrome, node } = process.versions
      const line = JSON.stringify({
        event: 'usable',
        versions: {
          landline: app.getVersion(),
          electron,
          chrome,
          node,
          protocol: PROTOCOL_VERSION,
        },
        /** From the start of this process. */
        milliseconds: Math.round(usableAt - performance.timeOrigin),
        memoryMB: Math.round(
          app.getAppMetrics().reduce((sum, one) => sum + one.memory.workingSetSize, 0) / 1_024,
        ),
      })
      // The pipe may be slower than the exit.
      process.stdout.write(`${line}\n`, () => app.exit(0))
    },
  }
}

/** Opens a session's database and closes it: the native module is part of what must work. */
function databaseFault(folder: string): string | null {
  const id = createSessionId()
  const opened = openClientSession({
    file: join(folder, 'smoke', `${id}.db`),
    session: { id, name: 'Smoke', addresses: [] },
    identity: { ...createIdentity(), memberName: 'Smoke', deviceName: 'smoke' },
    trust: { kind: 'none' },
    dial: () => ({ send() {}, close() {}, drop() {} }),
    clock: systemClock(),
    random: Math.random,
    uuid: createSessionId,
  })
  if (!opened.ok) return opened.failure.message
  opened.value.close()
  return null
}

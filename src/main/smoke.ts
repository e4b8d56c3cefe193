import { app } from 'electron'
import { PROTOCOL_VERSION } from '../protocol/version.ts'

/** Longest time to the first usable screen, in milliseconds: beyond it something is broken. */
const LIMIT_MS = 30_000

/**
 * `--smoke`: prints one JSON line when the first window shows a screen a person can use, and exits with
 * 0; exits with 1 and words when that does not happen in time.
 */
export function startSmoke(): { usable(): void } {
  const timer = setTimeout(() => {
    process.stderr.write(
      `Landline did not show a usable window within ${LIMIT_MS / 1_000} seconds. The lines above say how far it came.\n`,
    )
    app.exit(1)
  }, LIMIT_MS)

  return {
    usable() {
      clearTimeout(timer)
      const now = Date.now()
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
        milliseconds: Math.round(now - performance.timeOrigin),
        memoryMB: Math.round(
          app.getAppMetrics().reduce((sum, one) => sum + one.memory.workingSetSize, 0) / 1_024,
        ),
      })
      // The pipe may be slower than the exit.
      process.stdout.write(`${line}\n`, () => app.exit(0))
    },
  }
}

import { app, dialog } from 'electron'
import { errorFields } from './logger.ts'
import type { Logger } from './logger.ts'

/**
 * A bug ends the app with words and a number other than 0, instead of leaving it half alive. Nothing is
 * lost by it: every write was on disk before a window showed it.
 */
export function guardAgainstCrashes(log: Logger, showDialog: boolean): void {
  // Whoever started the app may have gone, and their end of the pipe with them: no reason to end.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})
  const end = (error: unknown): void => {
    log.error('the app must end', errorFields(error))
    if (showDialog) {
      const reason = error instanceof Error ? error.message : String(error)
      dialog.showErrorBox(
        'Landline must close',
        `Something went wrong inside the app: ${reason}\n\nNothing you wrote is lost. Start Landline again.`,
      )
    }
    app.exit(1)
  }
  process.on('uncaughtException', end)
  process.on('unhandledRejection', end)
}

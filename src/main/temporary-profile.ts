import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { app } from 'electron'

export interface TemporaryProfile {
  readonly folder: string
  /** Chromium writes until the very end, so the folder goes last. */
  removeAtExit(): void
}

/** A profile for one run: nothing of it stays. */
export function createTemporaryProfile(): TemporaryProfile {
  const folder = mkdtempSync(join(tmpdir(), 'landline-'))
  return {
    folder,
    removeAtExit() {
      const remove = (): void => {
        try {
          rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
        } catch {
          // Windows keeps open files; the system clears its temporary folder.
        }
      }
      app.on('quit', remove)
      process.on('exit', remove)
    },
  }
}

import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface TemporaryProfile {
  readonly folder: string
  /** Nothing of it stays, however this process ends. */
  removeAtExit(): void
}

/** A profile for one run. */
export function createTemporaryProfile(): TemporaryProfile {
  const folder = mkdtempSync(join(tmpdir(), 'landline-'))
  return {
    folder,
    removeAtExit() {
      if (process.platform === 'win32') return removeOnExit(folder)
      // Chromium writes until after our last line, so another process has to do it: it waits until this
      // one is gone and its end of the pipe with it.
      const remover = spawn(
        '/bin/sh',
        ['-c', 'cat >/dev/null; sleep 1; rm -rf -- "$1"', 'sh', folder],
        { detached: true, stdio: ['pipe', 'ignore', 'ignore'] },
      )
      remover.on('error', () => removeOnExit(folder))
      remover.unref()
    },
  }
}

function removeOnExit(folder: string): void {
  process.on('exit', () => {
    try {
      rmSync(folder, { recursive: true, force: true })
    } catch {
      // Windows keeps open files; it clears its temporary folder itself.
    }
  })
}

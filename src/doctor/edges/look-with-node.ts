import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { LookingProcess } from './look-in-process.ts'

/** Under plain Node, which runs the TypeScript file as it is. */
export function lookWithNode(file: string): LookingProcess {
  const entry = fileURLToPath(new URL('../database-process.ts', import.meta.url))
  const child = spawn(process.execPath, [entry, file], {
    stdio: ['ignore', 'pipe', 'ignore'],
    windowsHide: true,
  })
  return {
    onOutput: (listener) => void child.stdout.setEncoding('utf8').on('data', listener),
    onEnd(listener) {
      child.once('close', listener)
      // A process that could not be started ends as well, without output.
      child.once('error', () => {})
    },
    kill: () => void child.kill('SIGKILL'),
  }
}

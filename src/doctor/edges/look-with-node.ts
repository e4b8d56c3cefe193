import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { LookingProcess } from './look-in-process.ts'

/** As it is written, which plain Node runs, or bundled beside the doctor in a container. */
const PLACES = ['../database-process.ts', './database-process.mjs']

/** Under plain Node. */
export function lookWithNode(file: string): LookingProcess {
  const entries = PLACES.map((place) => fileURLToPath(new URL(place, import.meta.url)))
  const entry = entries.find((each) => existsSync(each)) ?? ''
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

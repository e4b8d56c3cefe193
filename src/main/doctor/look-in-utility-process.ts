import { utilityProcess } from 'electron'
import type { LookingProcess } from '../../doctor/edges/look-in-process.ts'

/** Looks at one database beside the app, which goes on answering meanwhile. */
export function lookInUtilityProcess(entry: string, file: string): LookingProcess {
  const child = utilityProcess.fork(entry, [file], {
    serviceName: 'Landline doctor',
    stdio: 'ignore',
  })
  return {
    onOutput: (listener) =>
      void child.on('message', (message: unknown) => {
        if (typeof message === 'string') listener(message)
      }),
    onEnd: (listener) => void child.once('exit', listener),
    kill: () => void child.kill(),
  }
}

import { utilityProcess } from 'electron'
import type { Logger } from '../logger.ts'
import type { ServerProcess } from './lan-host.ts'

/** Runs the session's server beside the app: its crash or its memory never takes the app down. */
export function forkServer(entry: string, log: Logger): ServerProcess {
  const child = utilityProcess.fork(entry, [], { serviceName: 'Landline session', stdio: 'pipe' })
  let alive = true
  child.on('exit', () => (alive = false))
  // The server logs without message text; its words belong to ours.
  child.stderr?.on('data', (chunk: Buffer) => process.stderr.write(chunk))
  child.stdout?.on('data', (chunk: Buffer) => process.stderr.write(chunk))
  return {
    post: (message) => child.postMessage(message),
    onMessage: (listener) => void child.on('message', listener),
    onExit: (listener) => void child.on('exit', listener),
    kill() {
      const { pid } = child
      if (!alive) return
      // `kill` of the child only asks. A server that did not listen before does not listen now.
      if (pid === undefined || process.platform === 'win32') child.kill()
      else {
        try {
          process.kill(pid, 'SIGKILL')
        } catch {
          log.info('the server was already gone')
        }
      }
    },
  }
}

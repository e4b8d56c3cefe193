/** One node as a process of its own, as an operator starts it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { dyingWithUs } from '../services/service-process.ts'

const ENTRY = fileURLToPath(new URL('../../server/headless.ts', import.meta.url))
/** Half of what a start costs is compiling, and a soak starts many nodes. */
const COMPILED = fileURLToPath(new URL('../../../.cache/compiled', import.meta.url))
const READY_WITHIN_MS = 60_000

export interface NodeProcess {
  readonly port: number
  /** SIGTERM: it drains (D16). Resolves with its exit code. */
  drain(): Promise<number | null>
  /** `kill -9`. */
  kill(): Promise<void>
}

export async function startNode(options: {
  readonly port: number
  readonly dataDir: string
  readonly secret: string
  readonly postgres: string
  readonly redis: string
  /** The network namespace it runs in, if not in ours. */
  readonly namespace: string | undefined
  readonly onWarning: (line: string) => void
}): Promise<NodeProcess> {
  const { port, dataDir, secret, postgres, redis, namespace, onWarning } = options
  const command = [
    // It becomes the program, so that the child's id is the program's.
    ...(namespace === undefined ? [] : ['ip', 'netns', 'exec', namespace]),
    ...[process.execPath, ENTRY, '--port', `${port}`, '--data', dataDir],
  ]
  const [program = '', ...args] = dyingWithUs(command)
  // What the tests were started with is not meant for this server.
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('LANDLINE_'))
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...Object.fromEntries(inherited),
      NODE_COMPILE_CACHE: COMPILED,
      LANDLINE_SECRET: secret,
      LANDLINE_POSTGRES_CONNECTION_STRING: postgres,
      LANDLINE_REDIS_CONNECTION_STRING: redis,
      // What is measured is delivery, not the limit of sixty messages a minute.
      LANDLINE_RATE_LIMIT_REQUESTS_PER_MINUTE: '10000',
      LANDLINE_RATE_LIMIT_BURST_SIZE: '1000',
      // Everybody comes from one address, and has to come again and again.
      LANDLINE_RATE_LIMIT_OPENS_PER_ADDRESS_PER_MINUTE: '100000',
      LANDLINE_RATE_LIMIT_MESSAGES_PER_ADDRESS_PER_MINUTE: '1000000',
      // People must notice within an outage that their node does not answer.
      LANDLINE_KEEP_ALIVE_INTERVAL_SECONDS: '5',
    },
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    for (const line of text.split('\n')) if (line.includes('"level":4')) onWarning(line)
  })
  await listening(child)
  return {
    port,
    async drain() {
      child.kill('SIGTERM')
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
      return child.exitCode
    },
    async kill() {
      child.kill('SIGKILL')
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    },
  }
}

function listening(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let errors = ''
    const late = setTimeout(() => child.kill('SIGKILL'), READY_WITHIN_MS)
    const ended = (): void => {
      clearTimeout(late)
      reject(new Error(`a node did not start: ${errors.slice(-1_000)}`))
    }
    child.stderr?.on('data', (text: string) => (errors += text))
    child.once('exit', ended)
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      if (!text.includes('"listening"')) return
      clearTimeout(late)
      child.off('exit', ended)
      resolve()
    })
  })
}

/** Servers and generators as processes of their own, each on a core of its own. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { dyingWithUs } from '../src/testing/services/service-process.ts'

export const SERVER_CORE = 0
export const GENERATOR_CORE = 1
const TASKSET = '/usr/bin/taskset'
/** Half of what a start costs is compiling. */
const COMPILED = fileURLToPath(new URL('../.cache/compiled', import.meta.url))
const READY_WITHIN_MS = 60_000
/** Collecting a large heap on a busy machine takes seconds. */
const MEMORY_WITHIN_MS = 30_000

/** Whether processes can be kept on a core here. */
export const canPin = existsSync(TASKSET) && availableParallelism() > 1

const pinned = (core: number, command: readonly string[]): readonly string[] =>
  canPin ? [TASKSET, '-c', `${core}`, ...command] : command

/** What runs this file of ours where servers run. */
export const serverCommand = (args: readonly string[]): readonly string[] =>
  dyingWithUs(pinned(SERVER_CORE, [process.execPath, '--no-warnings', ...args]))

const running = new Set<ChildProcess>()

/** Of a run that is ended from without: whoever waits for one of them hears that it ended. */
export function endAllProcesses(): void {
  for (const child of running) child.kill('SIGKILL')
}

export interface Memory {
  /** Bytes, after collecting. */
  readonly heapUsed: number
  readonly external: number
  readonly rss: number
}

export interface ServerProcess {
  readonly pid: number
  readonly port: number
  /** Of a server started with its memory to be measured. */
  memory(): Promise<Memory>
  stop(): Promise<void>
}

export interface ServerCommand {
  readonly file: string
  readonly args?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  /** It then answers how much memory it uses. */
  readonly withMemory?: boolean
}

const PROBE = fileURLToPath(new URL('./servers/probe.ts', import.meta.url))

/** Resolves when it listens. */
export async function startServerProcess(command: ServerCommand): Promise<ServerProcess> {
  const { file, args = [], environment = {}, withMemory = false } = command
  const probe = withMemory ? ['--expose-gc', '--import', PROBE] : []
  const child = start(SERVER_CORE, [...probe, file, ...args], environment, withMemory)
  const port = await listeningPort(child)
  return {
    pid: child.pid ?? 0,
    port,
    async memory() {
      const waiting = new AbortController()
      const { signal } = waiting
      const given = once(child, 'message', { signal }).then(([memory]) => memory as Memory)
      const ended = once(child, 'exit', { signal }).then(() => failed('the server ended'))
      const late = delay(MEMORY_WITHIN_MS, undefined, { signal }).then(() =>
        failed('the server did not tell its memory'),
      )
      child.send('memory', () => {})
      try {
        return await Promise.race([given, ended, late])
      } finally {
        waiting.abort()
      }
    },
    async stop() {
      child.kill('SIGKILL')
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    },
  }
}

function failed(why: string): never {
  throw new Error(why)
}

/** A process that is spoken to; what it writes is shown. */
export function startWorker(core: number, file: string, args: readonly string[]): ChildProcess {
  return start(core, [file, ...args], {}, true, 'inherit')
}

function start(
  core: number,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  withChannel: boolean,
  output: 'pipe' | 'inherit' = 'pipe',
): ChildProcess {
  const command = dyingWithUs(pinned(core, [process.execPath, '--no-warnings', ...args]))
  const [program = '', ...rest] = command
  // What the bench was started with is not meant for the servers.
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('LANDLINE_'))
  const child = spawn(program, rest, {
    stdio: ['ignore', output, output, ...(withChannel ? (['ipc'] as const) : [])],
    env: { ...Object.fromEntries(inherited), NODE_COMPILE_CACHE: COMPILED, ...environment },
  })
  running.add(child)
  child.once('exit', () => running.delete(child))
  return child
}

function listeningPort(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    let errors = ''
    const late = setTimeout(() => child.kill('SIGKILL'), READY_WITHIN_MS)
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      errors = (errors + text).slice(-2_000)
    })
    child.once('error', reject)
    child.once('exit', () => {
      clearTimeout(late)
      reject(new Error(`a server ended: ${errors}`))
    })
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      const [, port] = /"listening".*?:(\d+)/.exec(text) ?? []
      if (port === undefined) return
      clearTimeout(late)
      resolve(Number(port))
    })
  })
}

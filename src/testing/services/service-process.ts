import { type ChildProcess, spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { existsSync, readdirSync } from 'node:fs'
import { createServer } from 'node:net'
import { delimiter, join } from 'node:path'

/** A server of tests as a process of its own, known by its id. */
export interface ServiceProcess {
  readonly pid: number
  /** Sends the signal and resolves when the process is gone. */
  end(signal: 'SIGINT' | 'SIGTERM' | 'SIGKILL'): Promise<void>
  /** Freezes it, as when its computer hangs, or lets it go on. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void
}

export type ServiceSupport =
  | { readonly kind: 'yes' }
  | { readonly kind: 'no'; readonly why: string }

const READY_WITHIN_MS = 30_000

/** Resolves when the process has written `ready`; its last words are in the error when it ends before. */
export function startService(
  command: readonly string[],
  ready: RegExp,
  options: { readonly cwd: string },
): Promise<ServiceProcess> {
  const [program = '', ...args] = dyingWithUs(command)
  const child = spawn(program, args, { cwd: options.cwd, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  let isReady = false
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => {
      child.kill('SIGKILL')
      fail('was not ready in time')
    }, READY_WITHIN_MS)
    function fail(what: string): void {
      clearTimeout(late)
      reject(new Error(`${command.at(0)} ${what}:\n${output.slice(-2_000)}`))
    }
    function hear(text: string): void {
      output = (output + text).slice(-20_000)
      if (isReady || !ready.test(output)) return
      isReady = true
      clearTimeout(late)
      resolve(processOf(child))
    }
    child.stdout.setEncoding('utf8').on('data', hear)
    child.stderr.setEncoding('utf8').on('data', hear)
    child.once('error', (fault) => fail(fault.message))
    child.once('exit', (code, signal) => fail(`ended with ${code ?? signal}`))
  })
}

function processOf(child: ChildProcess): ServiceProcess {
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  return {
    pid: child.pid ?? 0,
    signal: (signal) => void child.kill(signal),
    async end(signal) {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal)
      await gone
    },
  }
}

/** A test run that is killed must not leave servers behind. Only Linux can promise that. */
export function dyingWithUs(command: readonly string[]): readonly string[] {
  const setpriv = '/usr/bin/setpriv'
  if (process.platform !== 'linux' || !existsSync(setpriv) || command[0] === setpriv) return command
  return [setpriv, '--pdeathsig', 'KILL', ...command]
}

/** Where Debian, Ubuntu and Docker put Compose since it is a plugin; it runs by itself as well. */
const DOCKER_PLUGINS = '/usr/libexec/docker/cli-plugins'

/** Where a program lies, looked for on the path and in folders of packages: PostgreSQL's newest first. */
export function findProgram(name: string): string | undefined {
  const debian = '/usr/lib/postgresql'
  const versions = existsSync(debian) ? readdirSync(debian) : []
  const folders = [
    ...(process.env['PATH'] ?? '').split(delimiter),
    '/usr/bin',
    DOCKER_PLUGINS,
    ...versions.toSorted((a, b) => Number(b) - Number(a)).map((each) => join(debian, each, 'bin')),
  ]
  return folders.map((folder) => join(folder, name)).find((file) => existsSync(file))
}

/**
 * Whether these programs are here. Where the set-up or a workflow installs them, missing ones are a fault of that: a run
 * that left something out must not pass for one that did not.
 */
export function programSupport(...names: readonly string[]): ServiceSupport {
  const missing = names.filter((name) => findProgram(name) === undefined)
  if (missing.length === 0) return { kind: 'yes' }
  const why = `${missing.join(', ')} is not installed`
  const isInstalledBySetUp = process.getuid?.() === 0 && existsSync('/usr/bin/dpkg-query')
  const isInstalledByWorkflow = process.env['CI'] === 'true'
  if (process.platform === 'linux' && (isInstalledBySetUp || isInstalledByWorkflow)) {
    throw new Error(`${why}: run npm run setup as root, or add it to the workflow`)
  }
  return { kind: 'no', why }
}

/**
 * Below those that systems give to outgoing connections (Linux from 32,768, others from 49,152): any of these may take a
 * port before its server starts, or while it is down.
 */
const PORTS = { from: 20_000, to: 32_000 }
const TRIES = 50

/** A port that was free a moment ago; a server that is to come back on its port needs to know it before. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < TRIES; tries++) {
    const port = randomInt(PORTS.from, PORTS.to)
    if (await isFree(port)) return port
  }
  throw new Error(`no port from ${PORTS.from} to ${PORTS.to} is free`)
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)))
  })
}

/** A real Redis for tests: its own folder and port, nothing of the machine's own is touched. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findProgram, freePort, type ServiceProcess, startService } from './service-process.ts'
import { type ServiceTls, writeTls } from './service-tls.ts'

export interface TestRedis {
  readonly port: number
  readonly url: string
  /** Asks it something, as `redis-cli` does. */
  ask(...command: readonly string[]): string
  /** Connections break; it forgets everything. */
  kill(): Promise<void>
  /** Connections stay open and nothing answers. */
  freeze(): void
  thaw(): void
  start(): Promise<void>
  /** Ends it and deletes its folder. */
  dispose(): Promise<void>
}

/** With a certificate it takes encrypted connections only. */
export async function startRedis(
  settings: readonly string[] = [],
  options: { readonly port?: number; readonly tls?: ServiceTls } = {},
): Promise<TestRedis> {
  const [server, cli] = ['redis-server', 'redis-cli'].map((name) => {
    const file = findProgram(name)
    if (file === undefined) throw new Error(`${name} is not installed`)
    return file
  }) as [string, string]
  const folder = mkdtempSync(join(tmpdir(), 'landline-redis-'))
  const port = options.port ?? (await freePort())
  const { tls } = options
  const files = tls === undefined ? undefined : writeTls(folder, tls)
  const listening =
    files === undefined
      ? ['--port', `${port}`]
      : [
          ...['--port', '0', '--tls-port', `${port}`, '--tls-auth-clients', 'no'],
          ...['--tls-key-file', files.keyFile, '--tls-cert-file', files.certFile],
        ]
  const asking = files === undefined ? [] : ['--tls', '--cacert', files.certFile]
  const args = [...listening, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no']
  let running: ServiceProcess | undefined
  const redis: TestRedis = {
    port,
    url: tls === undefined ? `redis://127.0.0.1:${port}` : `rediss://${tls.name}:${port}`,
    ask: (...command) =>
      execFileSync(cli, ['-p', `${port}`, ...asking, ...command], {
        ...{ encoding: 'utf8', stdio: 'pipe' },
      }).trim(),
    async start() {
      running = await startService(
        [server, ...args, '--dir', folder, ...settings],
        /Ready to accept connections/,
        { cwd: folder },
      )
    },
    async kill() {
      await running?.end('SIGKILL')
      running = undefined
    },
    freeze: () => running?.signal('SIGSTOP'),
    thaw: () => running?.signal('SIGCONT'),
    async dispose() {
      await running?.end('SIGKILL')
      rmSync(folder, { recursive: true, force: true })
    },
  }
  try {
    await redis.start()
  } catch (fault) {
    rmSync(folder, { recursive: true, force: true })
    throw fault
  }
  return redis
}

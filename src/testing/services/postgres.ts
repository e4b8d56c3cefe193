/** A real PostgreSQL for tests: its own folder and port, nothing of the machine's own is touched. */
import { execFileSync } from 'node:child_process'
import {
  chownSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { findProgram, freePort, type ServiceProcess, startService } from './service-process.ts'
import { type ServiceTls, writeTls } from './service-tls.ts'

const START_ATTEMPTS = 50

export interface TestPostgres {
  readonly port: number
  /** A connection string whose tables are apart from those of other names. */
  url(schema: string): string
  /** Carries out SQL with psql's defaults, as the administrator. */
  sql(text: string): void
  /** As when its computer fails: connections break, what was committed stays. */
  kill(): Promise<void>
  /** Connections stay open and nothing answers. */
  freeze(): void
  thaw(): void
  start(): Promise<void>
  /** Ends it and deletes its folder. */
  dispose(): Promise<void>
}

/**
 * `tls`: it takes encrypted connections only. `durable`: as the real server's must be, for measurements; a test's
 * folder need not survive a power cut.
 */
export async function startPostgres({
  tls,
  durable = false,
}: { readonly tls?: ServiceTls; readonly durable?: boolean } = {}): Promise<TestPostgres> {
  const [initdb, postgres, psql] = ['initdb', 'postgres', 'psql'].map((name) => {
    const file = findProgram(name)
    if (file === undefined) throw new Error(`${name} is not installed`)
    return file
  }) as [string, string, string]
  const folder = mkdtempSync(join(tmpdir(), 'landline-postgres-'))
  const user = ownerOf(folder)
  const data = join(folder, 'data')
  const port = await freePort()
  const [first = '', ...rest] = user(initdb)
  execFileSync(
    first,
    [...rest, '-D', data, '-U', 'landline', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'],
    { stdio: 'pipe', cwd: folder },
  )
  const settings = [
    ['listen_addresses', '127.0.0.1'],
    ['unix_socket_directories', folder],
    ...(durable
      ? []
      : [
          ['fsync', 'off'],
          ['full_page_writes', 'off'],
        ]),
    ['max_connections', '150'],
    ...(tls === undefined ? [] : encrypting(folder, data, tls)),
  ].flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const base = `postgres://landline@${tls?.name ?? '127.0.0.1'}:${port}/postgres`
  let running: ServiceProcess | undefined

  const test: TestPostgres = {
    port,
    url: (schema) => `${base}?options=${encodeURIComponent(`-c search_path=${schema}`)}`,
    sql(text) {
      execFileSync(psql, ['-v', 'ON_ERROR_STOP=1', '-q', '-c', text, base], { stdio: 'pipe' })
    },
    async start() {
      const command = [...user(postgres), '-D', data, '-p', `${port}`, ...settings]
      for (let attempts = 1; running === undefined; attempts++) {
        try {
          running = await startService(command, /ready to accept connections/, { cwd: folder })
        } catch (fault) {
          // After a crash the processes it made for its connections need a moment to notice.
          if (attempts === START_ATTEMPTS) throw fault
          await delay(100)
        }
      }
    },
    async kill() {
      // Those it made for its connections end by themselves when they see it gone.
      await running?.end('SIGKILL')
      running = undefined
    },
    freeze: () => forEachOf(running, 'SIGSTOP'),
    thaw: () => forEachOf(running, 'SIGCONT'),
    async dispose() {
      forEachOf(running, 'SIGCONT')
      await running?.end('SIGINT')
      rmSync(folder, { recursive: true, force: true })
    },
  }
  try {
    await test.start()
  } catch (fault) {
    rmSync(folder, { recursive: true, force: true })
    throw fault
  }
  return test
}

function encrypting(folder: string, data: string, tls: ServiceTls): string[][] {
  const { keyFile, certFile } = writeTls(folder, tls)
  const { uid, gid } = statSync(folder)
  // It refuses a key that is not its own.
  chownSync(keyFile, uid, gid)
  writeFileSync(join(data, 'pg_hba.conf'), 'hostssl all all 127.0.0.1/32 trust\n')
  return [
    ['ssl', 'on'],
    ['ssl_key_file', keyFile],
    ['ssl_cert_file', certFile],
  ]
}

/** The server and the processes it made for its connections. */
function forEachOf(running: ServiceProcess | undefined, signal: 'SIGSTOP' | 'SIGCONT'): void {
  if (running === undefined) return
  const list = `/proc/${running.pid}/task/${running.pid}/children`
  // It may have ended by itself, as when somebody interrupts everything at once.
  if (!existsSync(list)) return
  const children = readFileSync(list, 'utf8')
  for (const pid of children.split(' ').map(Number)) {
    if (pid <= 0) continue
    try {
      process.kill(pid, signal)
    } catch {
      // It ended between the look and the signal.
    }
  }
  running.signal(signal)
}

/** PostgreSQL refuses to run as root: then it runs as the user its package made, who gets the folder. */
function ownerOf(folder: string): (program: string) => string[] {
  if (process.getuid?.() !== 0) return (program) => [program]
  const [uid, gid] = ['-u', '-g'].map((flag) =>
    Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' })),
  ) as [number, number]
  chownSync(folder, uid, gid)
  const become = ['--reuid', `${uid}`, '--regid', `${gid}`, '--clear-groups']
  // Set anew after the change of user, or the kernel forgets it.
  return (program) => ['/usr/bin/setpriv', ...become, '--pdeathsig', 'INT', program]
}

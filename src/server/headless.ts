/** The server without the app: `node src/server/headless.ts --port 0 --data DIR`. */
import { randomBytes, randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { authorityOf } from './auth/verifier-of-settings.ts'
import { isOver, vouchingOf } from './auth/vouching-of-tokens.ts'
import type { Log } from './hub/ports.ts'
import { inTime } from './hub/in-time.ts'
import { listeningLine } from './ops/describe-invite.ts'
import {
  headlessHelp,
  type HeadlessOptions,
  isToBeAnnounced,
  parseHeadlessOptions,
} from './ops/headless-options.ts'
import { type JoinSecret, keepJoinSecret, readJoinSecret } from './ops/join-secret.ts'
import { createOperations } from './ops/operations.ts'
import { liveSettings } from './ops/options/live-settings.ts'
import { printOptions } from './ops/options/print-options.ts'
import { holdReloads } from './ops/options/reload.ts'
import { openLog } from './ops/server-log.ts'
import { stopOn } from './ops/stop-on.ts'
import { systemClock } from './ops/system-clock.ts'
import { serverOptionsOf } from './server-options-of-settings.ts'
import { sharedOf } from './shared-of-settings.ts'
import { startServer } from './start-server.ts'
import { offersCodes } from './session-desk.ts'
import { keepHostKey } from './tls/host-key.ts'
import { namesOf, readTlsFiles, type ServerTls } from './tls/server-tls.ts'

const BAD_FLAGS = 2
const FAILED = 1
const HANGING_MS = 500
/** What is on its way to the store when the end is asked for. */
const START_ENDS_WITHIN_MS = 2_000
/** Whole deployments start at once, and what they need comes in any order. */
const POSTGRES_PATIENCE_MS = 30_000

// Whoever started it may not wait for its line.
process.stdout.on('error', () => {})

const parsed = parseHeadlessOptions(process.argv.slice(2), process.env)
if (parsed.kind === 'faults') {
  const { faults, format } = parsed
  openLog({ level: 'info', format }).lastWords({ faults }, 'the options are wrong; see --help')
  process.exitCode = BAD_FLAGS
} else if (parsed.options.help) {
  process.stdout.write(headlessHelp(parsed.options.resolved.leaves))
} else if (parsed.options.printOptions) {
  process.stdout.write(printOptions(parsed.options.resolved))
} else {
  process.exitCode = await serve(parsed.options)
}

async function serve(options: HeadlessOptions): Promise<number> {
  const { settings } = options
  const { log, lastWords } = openLog(settings.log)
  const ended = (code: number, { message }: { readonly message: string }): number => {
    lastWords({}, message)
    return code
  }
  // Before anything is waited for: by themselves, they would end the process.
  const reloads = holdReloads('SIGHUP')
  const stop = stopOn(['SIGTERM', 'SIGINT'], (signal) => log.info({ signal }, 'draining'))
  const live = liveSettings(settings)
  const secret = secretOf(options)
  if (secret?.kind === 'fault') return ended(BAD_FLAGS, secret)
  const tls = tlsOf(options)
  if (tls?.kind === 'fault') return ended(BAD_FLAGS, tls)
  const clock = systemClock()
  const readText = (file: string): string => readFileSync(file, 'utf8')
  const shared = await sharedOf(settings, readText, {
    patienceMs: POSTGRES_PATIENCE_MS,
    signal: stop.signal,
  })
  if (shared.kind === 'fault') return ended(BAD_FLAGS, shared)
  const authority = authorityOf(settings, readText, clock.now)
  if (authority.kind === 'fault') return ended(BAD_FLAGS, authority)
  // Only then: its packages take longer to load than all the rest of the server.
  const { enableTracing, tracingEndpoint, tracingSampleRatio } = settings.monitoring
  const tracing = enableTracing
    ? (await import('./ops/tracing/otlp.ts')).traceTo(tracingEndpoint, {
        ...{ sampleRatio: tracingSampleRatio, instance: randomUUID() },
      })
    : null
  const ownerToken = options.ownerInvite ? randomBytes(32).toString('base64url') : undefined
  const operations = createOperations({ settings, live, clock, log, tracing })
  const starting = startServer(
    {
      ...serverOptionsOf(settings, live),
      admission:
        secret === undefined ? { kind: 'open' } : { kind: 'secret', secret: secret.secret },
      tls,
      operations,
      ...(ownerToken === undefined
        ? {}
        : {
            owner: { firstInvite: { token: ownerToken, label: 'owner', role: 'host', maxUses: 1 } },
          }),
      shared: shared.kind === 'shared' ? shared.shared : undefined,
      pairing:
        secret !== undefined && offersCodes(tls, shared.kind === 'shared', settings.trustedProxies),
      ...(authority.kind === 'authority'
        ? {
            verifyToken: authority.verifyToken,
            vouching: vouchingOf(authority.verifyToken),
          }
        : {}),
    },
    log,
  )
  await Promise.race([starting, stop.asked])
  if (stop.signal.aborted) {
    const started = await inTime(starting, START_ENDS_WITHIN_MS, clock)
    if (started !== 'late' && started.kind === 'running') await started.stop()
    return stopped(log)
  }
  const server = await starting
  if (server.kind === 'failed') return ended(FAILED, server)

  reloads.begin({
    log,
    started: settings,
    read: () => parseHeadlessOptions(process.argv.slice(2), process.env),
    take(next) {
      live.replace(next)
      log.level = next.log.level
      if (authority.kind !== 'authority') return
      const read = authority.revocations.reload()
      if (read.kind === 'fault') {
        log.warn({ fault: read.message }, 'revoked tokens were not reloaded')
        return
      }
      const closed = server.endStays(isOver(authority.revocations))
      if (closed > 0) log.info({ closed }, 'connections of revoked tokens were closed')
    },
  })
  // Only then: most servers beyond a LAN have nobody to announce themselves to.
  const announcing = isToBeAnnounced(options)
    ? (await import('./announcing.ts')).announceOn(server, log)
    : null
  const names = tls?.kind === 'certificate' ? namesOf(tls.certificate) : []
  const secrets = { join: secret?.secret, owner: ownerToken }
  process.stdout.write(`${JSON.stringify(listeningLine(server, options, secrets, names))}\n`)
  log.info({ session: server.session, host: server.host, port: server.port }, 'serving')
  if (secret?.madeIn !== undefined)
    log.info({ file: secret.madeIn }, 'the join secret is in a file')
  await stop.asked
  await Promise.all([server.stop(), announcing?.stop()])
  return stopped(log)
}

function stopped(log: Log): number {
  log.info({}, 'stopped')
  // Whatever still waits for somebody who hangs is not worth a node that does not end (D16).
  setTimeout(() => process.exit(), HANGING_MS).unref()
  return 0
}

function tlsOf({
  tls,
  dataDir,
}: HeadlessOptions): ServerTls | { readonly kind: 'fault'; readonly message: string } | undefined {
  switch (tls.kind) {
    case 'none':
      return undefined
    case 'host-key': {
      const kept = keepHostKey(dataDir)
      return kept.kind === 'key' ? { kind: 'host-key', privateKey: kept.privateKey } : kept
    }
    case 'files':
      return readTlsFiles(tls.keyFile, tls.certificateFile)
  }
}

function secretOf({ secret, dataDir }: HeadlessOptions): JoinSecret | undefined {
  switch (secret.kind) {
    case 'open':
      return undefined
    case 'given':
      return { kind: 'secret', secret: secret.secret }
    case 'file':
      return readJoinSecret(secret.file)
    case 'kept':
      return keepJoinSecret(dataDir)
  }
}

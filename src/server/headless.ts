/** The server without the app: `node src/server/headless.ts --port 0 --data DIR`. */
import { randomBytes, randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { destination, pino } from 'pino'
import { redactUrl } from './auth/bearer.ts'
import { authorityOf } from './auth/verifier-of-settings.ts'
import { isOver, vouchingOf } from './auth/vouching-of-tokens.ts'
import { describeInvite, inviteLink } from './ops/describe-invite.ts'
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
import { reloadOn } from './ops/options/reload.ts'
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
/** Whole deployments start at once, and what they need comes in any order. */
const POSTGRES_PATIENCE_MS = 30_000

const parsed = parseHeadlessOptions(process.argv.slice(2), process.env)
if (parsed.kind === 'faults') {
  process.stderr.write(`${parsed.faults.join('\n')}\nSee --help.\n`)
  process.exitCode = BAD_FLAGS
} else if (parsed.options.help) {
  process.stderr.write(headlessHelp(parsed.options.resolved.leaves))
} else if (parsed.options.printOptions) {
  process.stdout.write(printOptions(parsed.options.resolved))
} else {
  process.exitCode = await serve(parsed.options)
}

async function serve(options: HeadlessOptions): Promise<number> {
  // Written at once: a line about the crash that follows must not be lost in a buffer.
  const { settings } = options
  const stderr = destination({ fd: 2, sync: true })
  const log = pino(
    { base: null, level: settings.log.level },
    { write: (line) => void stderr.write(redactUrl(line)) },
  )
  const live = liveSettings(settings)
  const secret = secretOf(options)
  if (secret?.kind === 'fault') {
    process.stderr.write(`${secret.message}\n`)
    return BAD_FLAGS
  }
  const tls = tlsOf(options)
  if (tls?.kind === 'fault') {
    process.stderr.write(`${tls.message}\n`)
    return BAD_FLAGS
  }
  const clock = systemClock()
  const readText = (file: string): string => readFileSync(file, 'utf8')
  const shared = await sharedOf(settings, readText, POSTGRES_PATIENCE_MS)
  if (shared.kind === 'fault') {
    process.stderr.write(`${shared.message}\n`)
    return BAD_FLAGS
  }
  const authority = authorityOf(settings, readText, clock.now)
  if (authority.kind === 'fault') {
    process.stderr.write(`${authority.message}\n`)
    return BAD_FLAGS
  }
  // Only then: its packages take longer to load than all the rest of the server.
  const { enableTracing, tracingEndpoint, tracingSampleRatio } = settings.monitoring
  const tracing = enableTracing
    ? (await import('./ops/tracing/otlp.ts')).traceTo(tracingEndpoint, {
        ...{ sampleRatio: tracingSampleRatio, instance: randomUUID() },
      })
    : null
  const ownerToken = options.ownerInvite ? randomBytes(32).toString('base64url') : undefined
  const operations = createOperations({ settings, live, clock, log, tracing })
  const server = await startServer(
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
  if (server.kind === 'failed') {
    process.stderr.write(`${server.message}\n`)
    return FAILED
  }

  reloadOn('SIGHUP', {
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
  const signals: NodeJS.Signals[] = ['SIGTERM', 'SIGINT']
  const stopped = new Promise<void>((resolve) => {
    for (const signal of signals) {
      process.on(signal, () => {
        log.info({ signal }, 'draining')
        void Promise.all([server.stop(), announcing?.stop()]).then(() => resolve())
      })
    }
  })
  const line = { event: 'listening', url: server.url, http: server.httpUrl }
  const admin = server.adminUrl === null ? {} : { admin: server.adminUrl }
  process.stdout.write(`${JSON.stringify({ ...line, ...admin })}\n`)
  log.info({ session: server.session, host: server.host, port: server.port }, 'serving')
  const names = tls?.kind === 'certificate' ? namesOf(tls.certificate) : []
  describeInvite(server, options, secret, names)
  if (ownerToken !== undefined) {
    process.stderr.write(`Owner invite: ${inviteLink(server, options, ownerToken, names)}\n`)
  }
  await stopped
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

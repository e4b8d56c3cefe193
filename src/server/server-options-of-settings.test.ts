import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { liveSettings } from './ops/options/live-settings.ts'
import { type Leaf, leavesOfSettings, valueAt } from './ops/options/leaves.ts'
import { type Settings, settingsSchema } from './ops/options/settings.ts'
import { serverOptionsOf } from './server-options-of-settings.ts'

const optionsFor = (settings: Settings) => serverOptionsOf(settings, liveSettings(settings))

/** Where the server reads it, what an operator sets, and what the server is to see then. */
const mapped: Readonly<Record<string, readonly [path: string, given: unknown, seen?: unknown]>> = {
  host: ['host', '::1'],
  port: ['port', 1],
  dataDir: ['dataDir', './elsewhere'],
  sessionName: ['sessionName', 'Survey'],
  maxConnections: ['hub.connections.max', 7],
  receiveBufferSize: ['receiveBufferSize', 2_048],
  keepAliveIntervalSeconds: ['hub.heartbeat.intervalMs', 7, 7_000],
  closeTimeoutSeconds: ['door.closeTimeoutMs', 7, 7_000],
  maxMessageSize: ['door.maxFrameBytes', 2_048],
  enableCompression: ['door.compression', true],
  allowedOrigins: ['door.allowedOrigins', ['https://chat.example.org']],
  requireAuthentication: ['hub.requireToken', true],
  'rateLimit.enabled': ['hub.writes.perMinute', false, 1_000_000_000],
  'rateLimit.requestsPerMinute': ['hub.writes.perMinute', 7],
  'rateLimit.burstSize': ['hub.writes.burst', 7],
  'rateLimit.windowSeconds': ['hub.writes.perMinute', 30, 120],
  'rateLimit.messagesPerMinute': ['hub.writes.perMinute', 7],
  'rateLimit.typingPerMinute': ['hub.typing.perMinute', 7],
  'rateLimit.historyPerMinute': ['hub.history.perMinute', 7],
  'rateLimit.messagesPerAddressPerMinute': ['hub.addressWrites.perMinute', 7],
  'rateLimit.wrongCredentialsPerMinute': ['hub.wrongTries.perMinute', 7],
  'doors.signalr': ['doors.signalr', false],
  'doors.plain': ['doors.plain', false],
  'doors.game': ['doors.game', false],
  'plainDoor.echo': ['doors.plainDoor.echo', true],
  'integrations.enabled': ['integrations.enabled', false],
  'integrations.allowPrivateTargets': ['integrations.allowPrivateTargets', true],
}

/** Read by others, which have tests of their own; each names the option. */
const elsewhere: Readonly<Record<string, readonly string[]>> = {
  'ops/address-gate.test.ts': [
    ...['rateLimit.connectionsPerAddress', 'rateLimit.opensPerAddressPerMinute'],
  ],
  'shared-of-settings.test.ts': [
    ...['redis.connectionString', 'redis.connectionStringFile', 'redis.keyPrefix'],
    ...['redis.database', 'redis.commandTimeoutSeconds', 'redis.connectTimeoutSeconds'],
    ...['postgres.connectionString', 'postgres.connectionStringFile', 'redis.caFile'],
  ],
  'ops/health-answers.test.ts': [
    ...['monitoring.enableMetrics', 'monitoring.enableHealthChecks', 'monitoring.healthEndpoint'],
    ...['monitoring.metricsEndpoint', 'monitoring.maxLagMilliseconds', 'maxQueuedBytes'],
  ],
  'ops/gate-at-a-server.test.ts': ['trustedProxies'],
  'ops/operations.test.ts': [
    ...['monitoring.tracingSampleRatio', 'log.slowOperationMilliseconds'],
    ...['admin.port', 'admin.host'],
  ],
  'headless-drain.test.ts': ['monitoring.enableTracing', 'monitoring.tracingEndpoint'],
  'ops/headless-options.test.ts': [
    ...['joinSecret', 'joinSecretFile', 'open', 'announce'],
    ...['tls.enabled', 'tls.keyFile', 'tls.certificateFile'],
  ],
  'auth/verifier-of-settings.test.ts': [
    ...['jwt.secret', 'jwt.secretFile', 'jwt.jwksUrl', 'jwt.issuer', 'jwt.audience'],
    ...['jwt.clockToleranceSeconds', 'jwt.userClaim', 'jwt.nameClaim', 'jwt.rolesClaim'],
    ...['jwt.hostRole', 'jwt.revocationFile'],
  ],
  'ops/headless-operations.test.ts': ['log.level'],
  'ops/server-log.test.ts': ['log.format'],
}

/** There is but one value. */
const fixed = ['authenticationScheme']

const leaves = leavesOfSettings()

describe('what an operator sets', () => {
  it('reaches somebody: every option there is', () => {
    const known = [...Object.keys(mapped), ...Object.values(elsewhere).flat(), ...fixed]
    expect(known.toSorted()).toEqual(leaves.map(({ path }) => path).toSorted())
  })

  it.each(Object.entries(mapped))(
    'reaches the server: %s',
    (path, [where, given, seen = given]) => {
      const standard = optionsFor(settingsSchema.parse({}))
      const set = optionsFor(settingsSchema.parse(treeOf(path, given)))
      expect(valueAt(set, where)).toEqual(seen)
      expect(valueAt(standard, where)).not.toEqual(seen)
    },
  )

  it('reaches the server again when it is reloaded, as long as it is said to', () => {
    const first = settingsSchema.parse({})
    for (const leaf of leaves) {
      const [where, given, seen = given] = mapped[leaf.path] ?? []
      if (where === undefined) continue
      const live = liveSettings(first)
      const options = serverOptionsOf(first, live)
      live.replace(settingsSchema.parse(treeOf(leaf.path, given)))
      const follows = JSON.stringify(valueAt(options, where)) === JSON.stringify(seen)
      expect(follows, leaf.path).toBe(leaf.isReloadable)
    }
  })

  it.each(Object.entries(elsewhere))('is tried in %s', (file, paths) => {
    const text = readFileSync(new URL(file, import.meta.url), 'utf8')
    for (const leaf of leaves) {
      if (paths.includes(leaf.path))
        expect(
          namesOf(leaf).some((name) => text.includes(name)),
          leaf.path,
        ).toBe(true)
    }
  })
})

function treeOf(path: string, value: unknown): object {
  return path.split('.').reduceRight((inner, key) => ({ [key]: inner }), value) as object
}

function namesOf({ path, flag, variable }: Leaf): readonly string[] {
  return [path.split('.').at(-1) ?? path, ...(flag === undefined ? [] : [`--${flag}`]), variable]
}

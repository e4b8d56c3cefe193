import { describe, expect, it, vi } from 'vitest'
import { PAIRING_PATH } from '../../../pairing/messages.ts'
import { PROBE_PATH } from '../../../pairing/probe-answer.ts'
import { PLAIN_PATH } from '../../doors/plain/plain-door.ts'
import { SIGNALR_PATH } from '../../doors/signalr/signalr-door.ts'
import { headlessHelp, parseHeadlessOptions } from '../headless-options.ts'
import { suggestion } from './given.ts'
import { leavesOfSettings } from './leaves.ts'
import { printOptions } from './print-options.ts'

const SECRET = 'a secret that is long enough, and nobody else has'

function resolved(args: string[], environment: Record<string, string> = {}, file = '') {
  const parsed = parseHeadlessOptions(args, environment, () => file)
  if (parsed.kind === 'faults') throw new Error(parsed.faults.join('\n'))
  return parsed.options
}

function faults(args: string[], environment: Record<string, string> = {}, file = '') {
  const parsed = parseHeadlessOptions(args, environment, () => file)
  return parsed.kind === 'faults' ? parsed.faults : []
}

describe('the options of the server (G1)', () => {
  it('have the defaults of the guide, except that no page of a browser may connect', () => {
    expect(resolved([]).settings).toMatchObject({
      maxConnections: 10_000,
      receiveBufferSize: 4_096,
      keepAliveIntervalSeconds: 30,
      closeTimeoutSeconds: 30,
      maxMessageSize: 1_048_576,
      allowedOrigins: [],
      requireAuthentication: false,
      authenticationScheme: 'Bearer',
      rateLimit: { enabled: true, requestsPerMinute: 60, burstSize: 10, windowSeconds: 60 },
      redis: {
        keyPrefix: 'websocket:',
        database: 0,
        commandTimeoutSeconds: 5,
        connectTimeoutSeconds: 5,
      },
      monitoring: { metricsEndpoint: '/metrics', healthEndpoint: '/health' },
    })
  })

  it.each([
    ['maxConnections', 1, 100_000],
    ['receiveBufferSize', 1_024, 1_048_576],
    ['keepAliveIntervalSeconds', 1, 300],
    ['closeTimeoutSeconds', 1, 3_600],
    ['maxMessageSize', 1_024, 10_485_760],
    ['rateLimit.requestsPerMinute', 1, 10_000],
    ['rateLimit.burstSize', 1, 1_000],
  ])('take %s from %i to %i and nothing else', (path, low, high) => {
    const leaf = leavesOfSettings().find((one) => one.path === path)
    const flag = `--${leaf?.flag}`
    for (const good of [low, high]) expect(faults([flag, String(good)])).toEqual([])
    for (const bad of [low - 1, high + 1, low + 0.5, 'many', '']) {
      const [fault, ...more] = faults([`${flag}=${bad}`])
      expect(more).toEqual([])
      expect(fault).toContain(flag)
      expect(fault).toContain(
        `from ${low.toLocaleString('en-US')} to ${high.toLocaleString('en-US')}`,
      )
      expect(fault).toContain(String(bad))
    }
  })

  it('are taken from flags before the environment, and from the environment before the file', () => {
    const file = 'maxConnections: 1\nkeepAliveIntervalSeconds: 2\nrateLimit:\n  burstSize: 3\n'
    const environment = {
      LANDLINE_MAX_CONNECTIONS: '10',
      LANDLINE_KEEP_ALIVE_INTERVAL_SECONDS: '20',
    }
    const args = ['--config', 'landline.yaml', '--max-connections', '100']
    const options = resolved(args, environment, file)
    expect(options.settings).toMatchObject({
      maxConnections: 100,
      keepAliveIntervalSeconds: 20,
      rateLimit: { burstSize: 3, requestsPerMinute: 60 },
    })
    const printed = printOptions(options.resolved)
    expect(printed).toMatch(/maxConnections +100 +flag: --max-connections/)
    expect(printed).toMatch(/keepAliveIntervalSeconds +20 +environment: LANDLINE_KEEP/)
    expect(printed).toMatch(/rateLimit.burstSize +3 +file: rateLimit.burstSize in landline.yaml/)
    expect(printed).toMatch(/closeTimeoutSeconds +30 +default/)
  })

  it('are read from JSON as well, and lists from every source', () => {
    const file = JSON.stringify({ allowedOrigins: ['https://a.example'], log: { level: 'warn' } })
    expect(resolved(['--config', 'f'], {}, file).settings).toMatchObject({
      allowedOrigins: ['https://a.example'],
      log: { level: 'warn' },
    })
    const origins = 'https://a.example, http://localhost:3000'
    expect(
      resolved([], { LANDLINE_ALLOWED_ORIGINS: origins }).settings.allowedOrigins,
    ).toHaveLength(2)
    expect(faults(['--allowed-origins', '*'])[0]).toContain('--allowed-origins')
  })

  it('believe proxies by addresses and ranges that there are', () => {
    for (const good of ['10.0.0.0/8', '192.0.2.1', '2001:db8::/32', '::1', '0.0.0.0/0']) {
      expect(resolved(['--trusted-proxies', good]).settings.trustedProxies).toEqual([good])
    }
    for (const bad of ['10.0.0.0/33', '10.0.0.0/99', '2001:db8::/129', '10.0.0', '10.0.0.1/8/8']) {
      expect(faults(['--trusted-proxies', bad])[0]).toContain('10.0.0.0/8')
    }
  })

  it('say of a name what is wrong with it', () => {
    const words = '--name must be 1 to 80 characters (must not be empty or padded), not'
    expect(faults(['--name', ''])).toEqual([`${words} "".`])
    expect(faults(['--name', ' Ward'])).toEqual([`${words} " Ward".`])
  })

  it('report all violations of all sources at once, with value and range', () => {
    const file = 'rateLimit:\n  burstSize: 5000\n  windowSecond: 1\nmaxConnection: 3\nredis: yes\n'
    const environment = { LANDLINE_LOG_LEVEL: 'loud', LANDLINE_MAX_CONECTIONS: '1' }
    const all = faults(['--config', 'f', '--prot', '1', '--admin-port', '70000'], environment, file)
    const expected = [
      /^--prot is not known\. Did you mean --port\?/,
      /^LANDLINE_MAX_CONECTIONS is not known\. Did you mean LANDLINE_MAX_CONNECTIONS\?/,
      /^rateLimit\.windowSecond in f is not known\. Did you mean rateLimit\.windowSeconds\?/,
      /^maxConnection in f is not known\. Did you mean maxConnections\?/,
      /^redis in f must hold options by name/,
      /^rateLimit\.burstSize in f must be a whole number from 1 to 1,000, not 5000/,
      /^LANDLINE_LOG_LEVEL must be one of debug, info, warn, error, silent, not "loud"/,
      /^--admin-port must be a whole number from 0 to 65,535, not 70000/,
    ]
    for (const words of expected) expect(all.filter((fault) => words.test(fault))).toHaveLength(1)
    // "1" is no flag's value, since --prot is not known.
    expect(all).toHaveLength(expected.length + 1)
  })

  it('never quote a word that is no flag, which may be the value of one with a typing error', () => {
    const connection = 'postgres://me:planted-password@db/landline'
    expect(faults(['--postgres-conection-string', connection, 'more', '--open'])).toEqual([
      expect.stringMatching(/^--postgres-conection-string is not known\./),
      'A word after --postgres-conection-string is not understood: flags begin with --.',
    ])
    expect(faults([connection, '--open'])).toEqual([
      'The first word is not understood: flags begin with --.',
    ])
    expect(faults(['--jwt-secrt', '-planted']).join('\n')).not.toMatch(/-p\b|planted/)
  })

  it('say when a file cannot be read or is no options', () => {
    expect(faults(['--config', 'f'], {}, '{')[0]).toMatch(/^f cannot be read/)
    expect(faults(['--config', 'f'], {}, '- a')[0]).toMatch(/by name/)
    const missing = parseHeadlessOptions(['--config', 'f'], {}, () => {
      throw new Error('no such file')
    })
    expect(missing).toMatchObject({ faults: [expect.stringContaining('no such file')] })
    expect(faults(['--config'])[0]).toContain('needs a value')
    expect(faults(['--data', '--open'])[0]).toContain('--data needs a value')
  })

  it('write nothing of their own when a file is strange, and look for no name like a very long one', () => {
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    expect(faults(['--config', 'f'], {}, 'sessionName: !colour Ada\n')).toEqual([])
    expect(warned).not.toHaveBeenCalled()
    warned.mockRestore()
    // Comparing it with every option would take minutes.
    expect(suggestion('port'.repeat(10_000_000), ['port', 'host'])).toBe('')
    expect(suggestion('prot', ['port', 'host'])).toBe(' Did you mean port?')
  })

  it('take a part of a whole where that is meant', () => {
    const flag = '--monitoring-tracing-sample-ratio'
    expect(resolved([flag, '0.25']).settings.monitoring.tracingSampleRatio).toBe(0.25)
    expect(faults([flag, '1.5'])).toEqual([`${flag} must be a number from 0 to 1, not 1.5.`])
  })

  it('never print a secret, take none as a flag, and hide it in violations', () => {
    const environment = { LANDLINE_SECRET: SECRET, LANDLINE_JWT_SECRET: SECRET }
    const options = resolved([], environment)
    const printed = printOptions(options.resolved) + headlessHelp(options.resolved.leaves)
    expect(printed).not.toContain(SECRET)
    expect(printed).toMatch(/joinSecret +\[hidden\] +environment: LANDLINE_SECRET/)
    expect(faults([], { LANDLINE_JWT_SECRET: 'short' })).toEqual([
      'LANDLINE_JWT_SECRET must be 32 to 4,096 characters, not [hidden].',
    ])
    for (const leaf of options.resolved.leaves) if (leaf.isSecret) expect(leaf.flag).toBeUndefined()
  })

  it('say what to use instead of a flag with a secret, and do not repeat it', () => {
    const args = ['--secret', SECRET, '--join-secret', SECRET, `--jwt-secret=${SECRET}`]
    const all = faults([
      ...args,
      '--postgres-connection-string',
      SECRET,
      '--redis-connection-string',
    ])
    expect(all).toHaveLength(5)
    expect(all[0]).toContain('use --secret-file or LANDLINE_SECRET')
    expect(all[2]).toContain('use --jwt-secret-file or LANDLINE_JWT_SECRET')
    expect(all[3]).toContain('use --postgres-connection-string-file or')
    expect(all.join()).not.toContain(SECRET)
  })

  it('take false for a switch, and not what Kubernetes says of a service called landline', () => {
    expect(resolved(['--doors-plain=false']).settings.doors.plain).toBe(false)
    expect(resolved(['--rate-limit-enabled', '--doors-game=off']).settings.doors.game).toBe(false)
    const links = { LANDLINE_SERVICE_HOST: '10.0.0.1', LANDLINE_PORT: 'tcp://10.0.0.1:80' }
    expect(resolved([], { ...links, LANDLINE_CA_FILE: 'f' }).settings.port).toBe(47_800)
  })

  it('show no user and password of an address', () => {
    const args = ['--jwt-jwks-url', 'https://ada:hu@sh@id.example/jwks']
    const tracing = ['--monitoring-tracing-endpoint', 'http://ada:hush@collector:4318/v1/traces']
    const printed = printOptions(resolved([...args, ...tracing]).resolved)
    expect(printed).toContain('"https://[hidden]@id.example/jwks"')
    expect(printed).toContain('"http://[hidden]@collector:4318/v1/traces"')
    expect(printed).not.toMatch(/ada|hu@?sh/)
    expect(faults(['--jwt-jwks-url', 'ftp://ada:hush@id.example'])[0]).not.toContain('hush')
  })

  it('say what contradicts itself in one breath with what is wrong by itself', () => {
    const environment = { LANDLINE_JWT_SECRET: 'short' }
    const all = faults(
      [
        '--max-connections',
        '0',
        '--tls-key',
        'k',
        '--jwt-secret-file',
        'f',
        '--require-authentication',
      ],
      environment,
    )
    const expected = [
      /^--max-connections must be/,
      /^LANDLINE_JWT_SECRET must be/,
      /^--tls-key and --tls-cert go together/,
      /^LANDLINE_JWT_SECRET and --jwt-secret-file are both set/,
    ]
    for (const words of expected) expect(all.filter((fault) => words.test(fault))).toHaveLength(1)
    expect(all).toHaveLength(expected.length)
    expect(faults(['--prot', '1', '--tls-key=k'])).toHaveLength(3)
  })

  it('refuse endpoints where something else answers', () => {
    const [health, figures] = ['--monitoring-health-endpoint', '--monitoring-metrics-endpoint']
    for (const path of [
      PLAIN_PATH,
      SIGNALR_PATH,
      `${SIGNALR_PATH}/x`,
      '/hooks',
      '/hooks/x',
      PAIRING_PATH,
      PROBE_PATH,
    ]) {
      expect(faults([health, path])).toEqual([expect.stringContaining(`${health} must not be`)])
      expect(faults([figures, path])).toEqual([expect.stringContaining(`${figures} must not be`)])
    }
    expect(faults([figures, '/health'])[0]).toContain('health answers there')
    expect(faults([figures, '/health/ready'])[0]).toContain('health answers there')
    expect(faults([figures, '/wsx', health, '/hubs'])).toEqual([])
  })

  it('refuse what contradicts itself', () => {
    expect(faults(['--require-authentication'])[0]).toContain('needs keys')
    expect(faults(['--jwt-jwks-url', 'http://keys.example/k'])[0]).toContain('https')
    expect(faults(['--jwt-jwks-url', 'http://127.0.0.1:1/k'])).toEqual([])
    expect(faults(['--jwt-secret-file', 'f'], { LANDLINE_JWT_SECRET: SECRET })).toHaveLength(1)
    expect(faults([], { LANDLINE_REDIS_CONNECTION_STRING: 'localhost:6379' })[0]).toContain(
      'postgres',
    )
  })
})

import { isIP } from 'node:net'
import { z } from 'zod'
import { MAX_SECRET_LENGTH } from '../../../protocol/invite.ts'
import { MAX_SESSION_NAME_LENGTH } from '../../../protocol/limits.ts'
import { nameSchema } from '../../../protocol/records.ts'

/**
 * What the rest knows of an option besides its schema. `secret`: never printed and never a flag, since command
 * lines are seen by everybody on the machine. `reload`: SIGHUP changes it while serving.
 */
interface About {
  /** Instead of the one made from the path. */
  readonly flag?: string
  readonly variable?: string
  readonly secret?: true
  readonly reload?: true
  readonly help: string
}

const about = (meta: About): Record<string, unknown> => ({ ...meta })
const reload = (help: string, more: Partial<About> = {}) => about({ ...more, reload: true, help })

const whole = (low: number, high: number) => z.int().min(low).max(high)
const text = (longest: number) => z.string().min(1).max(longest)
const file = () => text(4_096)
/** Where pages of a browser may come from: scheme, host and port, without a path. `*` would be no check. */
const origin = z
  .string()
  .regex(/^https?:\/\/[^/?#*\s]+$/, 'an origin such as https://chat.example.org')
const endpoint = z.string().regex(/^\/[\w./-]*$/, 'a path that begins with /')

const rateLimit = z.strictObject({
  enabled: z.boolean().default(true).meta(reload('limit what members may send')),
  requestsPerMinute: whole(1, 10_000)
    .default(60)
    .meta(reload('messages a member may send in each window')),
  burstSize: whole(1, 1_000).default(10).meta(reload('of these at once')),
  windowSeconds: whole(1, 3_600).default(60).meta(reload('length of the window')),
  messagesPerMinute: whole(1, 1_000_000)
    .optional()
    .meta(
      reload('messages a member may send, for machines; instead of requestsPerMinute', {
        flag: 'messages-per-minute',
      }),
    ),
  typingPerMinute: whole(1, 10_000).default(240).meta(reload('typing signals of a member')),
  historyPerMinute: whole(1, 10_000).default(600).meta(reload('pages of history of a member')),
  connectionsPerAddress: whole(1, 100_000)
    .default(2_000)
    .meta(reload('open connections from one address, loopback excepted')),
  opensPerAddressPerMinute: whole(1, 100_000)
    .default(3_000)
    .meta(reload('new connections from one address, loopback excepted')),
  messagesPerAddressPerMinute: whole(1, 1_000_000)
    .default(30_000)
    .meta(reload('messages from one address, loopback excepted')),
  wrongCredentialsPerMinute: whole(1, 1_000)
    .default(10)
    .meta(reload('wrong credentials from one address before it is not heard')),
})

const redis = z.strictObject({
  connectionString: text(2_048)
    .optional()
    .meta(about({ secret: true, help: 'carries events between nodes' })),
  connectionStringFile: file()
    .optional()
    .meta(about({ help: 'the same, from a file' })),
  caFile: file()
    .optional()
    .meta(about({ help: 'authority (PEM) of its certificate, instead of the public ones' })),
  keyPrefix: text(64)
    .default('websocket:')
    .meta(about({ help: 'of every key and channel' })),
  database: whole(0, 1_000)
    .default(0)
    .meta(about({ help: 'number of the database' })),
  commandTimeoutSeconds: whole(1, 300)
    .default(5)
    .meta(about({ help: 'until a command is given up' })),
  connectTimeoutSeconds: whole(1, 300)
    .default(5)
    .meta(about({ help: 'until connecting is given up' })),
})

const postgres = z.strictObject({
  connectionString: text(2_048)
    .optional()
    .meta(about({ secret: true, help: 'the store of a cluster, instead of a file' })),
  connectionStringFile: file()
    .optional()
    .meta(about({ help: 'the same, from a file' })),
})

const jwt = z.strictObject({
  secret: z
    .string()
    .min(32)
    .max(4_096)
    .optional()
    .meta(about({ secret: true, help: 'for HS256; 32 characters or more' })),
  secretFile: file()
    .optional()
    .meta(about({ help: 'the same, from a file' })),
  jwksUrl: z
    .url({ protocol: /^https?$/ })
    .optional()
    .meta(about({ help: 'where the keys of the authority are; http on loopback only' })),
  issuer: text(512)
    .optional()
    .meta(about({ help: 'what `iss` must be' })),
  audience: text(512)
    .optional()
    .meta(about({ help: 'what `aud` must contain' })),
  clockToleranceSeconds: whole(0, 300)
    .default(30)
    .meta(about({ help: 'by which clocks may differ' })),
  userClaim: text(128)
    .default('sub')
    .meta(about({ help: 'names the person for ever' })),
  nameClaim: text(128)
    .default('name')
    .meta(about({ help: 'is shown' })),
  rolesClaim: text(128)
    .default('roles')
    .meta(about({ help: 'roles, a list or words' })),
  hostRole: text(128)
    .optional()
    .meta(about({ help: 'role that makes a host; without it tokens make moderators at most' })),
  revocationFile: file()
    .optional()
    .meta(reload('lines `jti ID` and `sub ID` of revoked tokens and people; read again on SIGHUP')),
})

/** Everything an operator may set. Names, ranges and defaults of G1; what is ours comes after. */
export const settingsSchema = z.strictObject({
  maxConnections: whole(1, 100_000).default(10_000).meta(reload('connections at a time')),
  receiveBufferSize: whole(1_024, 1_048_576)
    .default(4_096)
    .meta(about({ help: 'bytes buffered for each connection' })),
  keepAliveIntervalSeconds: whole(1, 300)
    .default(30)
    .meta(about({ help: 'between two pings' })),
  closeTimeoutSeconds: whole(1, 3_600)
    .default(30)
    .meta(about({ help: 'until a connection that does not close is cut' })),
  maxMessageSize: whole(1_024, 10_485_760)
    .default(1_048_576)
    .meta(about({ help: 'bytes of a frame' })),
  maxQueuedBytes: whole(1_048_576, 1_099_511_627_776)
    .default(268_435_456)
    .meta(about({ help: 'bytes that may wait for slow readers, all together' })),
  enableCompression: z
    .boolean()
    .default(false)
    .meta(about({ help: 'take compressed frames; costs memory for each connection' })),
  allowedOrigins: z
    .array(origin)
    .max(100)
    .default([])
    .meta(about({ help: 'pages of browsers that may connect; none by default' })),
  requireAuthentication: z
    .boolean()
    .default(false)
    .meta(about({ help: 'ask everybody for a bearer token, each time' })),
  authenticationScheme: z
    .enum(['Bearer'])
    .default('Bearer')
    .meta(about({ help: 'of the header Authorization' })),
  rateLimit: rateLimit.prefault({}),
  redis: redis.prefault({}),
  monitoring: z
    .strictObject({
      enableMetrics: z
        .boolean()
        .default(true)
        .meta(about({ help: 'figures for Prometheus' })),
      enableHealthChecks: z
        .boolean()
        .default(true)
        .meta(about({ help: 'answers for those who watch' })),
      enableTracing: z
        .boolean()
        .default(false)
        .meta(about({ help: 'traces by OpenTelemetry' })),
      metricsEndpoint: endpoint.default('/metrics').meta(about({ help: 'path of the figures' })),
      healthEndpoint: endpoint
        .default('/health')
        .meta(about({ help: 'path of the health; readiness is below it' })),
      tracingEndpoint: z
        .url({ protocol: /^https?$/ })
        .default('http://127.0.0.1:4318/v1/traces')
        .meta(about({ help: 'collector that takes OTLP over HTTP' })),
      tracingSampleRatio: z
        .number()
        .min(0)
        .max(1)
        .default(1)
        .meta(about({ help: 'part of the messages that are traced; 1 for all' })),
      maxLagMilliseconds: whole(10, 60_000)
        .default(2_000)
        .meta(about({ help: 'delay of the event loop above which the node is not ready' })),
    })
    .prefault({}),
  host: text(255)
    .default('127.0.0.1')
    .meta(about({ help: 'interface to listen on; 0.0.0.0 for all' })),
  port: whole(0, 65_535)
    .default(47_800)
    .meta(about({ help: 'port to listen on; 0 picks a free one' })),
  dataDir: text(4_096)
    .default('./landline-data')
    .meta(about({ flag: 'data', help: "folder of the session's data" })),
  sessionName: nameSchema(MAX_SESSION_NAME_LENGTH)
    .optional()
    .meta(about({ flag: 'name', help: 'name of the session' })),
  joinSecret: text(MAX_SECRET_LENGTH)
    .optional()
    .meta(about({ variable: 'LANDLINE_SECRET', secret: true, help: 'what members show' })),
  joinSecretFile: file()
    .optional()
    .meta(about({ flag: 'secret-file', help: 'file with the join secret' })),
  announce: z
    .boolean()
    .optional()
    .meta(
      about({
        help: 'announce the session on the local networks; when left out, if others can reach it under a key of its own',
      }),
    ),
  open: z
    .boolean()
    .default(false)
    .meta(about({ help: 'admit without a secret; on a loopback address only' })),
  tls: z
    .strictObject({
      enabled: z
        .boolean()
        .default(false)
        .meta(about({ flag: 'tls', help: 'encrypt on loopback as well; elsewhere it always is' })),
      keyFile: file()
        .optional()
        .meta(about({ flag: 'tls-key', help: 'private key (PEM) for a certificate' })),
      certificateFile: file()
        .optional()
        .meta(about({ flag: 'tls-cert', help: 'certificate and chain (PEM) of an authority' })),
    })
    .prefault({}),
  trustedProxies: z
    .array(z.string().refine(isAddressOrRange, 'an address or a range such as 10.0.0.0/8'))
    .max(100)
    .default([])
    .meta(about({ help: 'whose X-Forwarded-For is believed' })),
  jwt: jwt.prefault({}),
  postgres: postgres.prefault({}),
  doors: z
    .strictObject({
      signalr: z
        .boolean()
        .default(true)
        .meta(about({ help: '/hubs/chat' })),
      plain: z
        .boolean()
        .default(true)
        .meta(about({ help: 'plain JSON on /ws' })),
      game: z
        .boolean()
        .default(true)
        .meta(about({ help: 'game clients' })),
    })
    .prefault({}),
  plainDoor: z
    .strictObject({
      echo: z
        .boolean()
        .default(false)
        .meta(about({ help: 'answer what is not known with `Echo: …`, to try clients out' })),
    })
    .prefault({}),
  integrations: z
    .strictObject({
      enabled: z
        .boolean()
        .default(true)
        .meta(about({ help: 'bots and webhooks, which hosts and moderators make' })),
      allowPrivateTargets: z
        .boolean()
        .default(false)
        .meta(
          about({
            flag: 'webhooks-allow-private-targets',
            help: 'outgoing webhooks may reach private networks and this computer',
          }),
        ),
    })
    .prefault({}),
  admin: z
    .strictObject({
      host: text(255)
        .default('127.0.0.1')
        .meta(about({ help: 'interface of the admin port' })),
      port: whole(0, 65_535)
        .optional()
        .meta(about({ help: 'own port for health and metrics; 0 picks one' })),
    })
    .prefault({}),
  log: z
    .strictObject({
      level: z
        .enum(['debug', 'info', 'warn', 'error', 'silent'])
        .default('info')
        .meta(reload('least important entry that is written')),
      format: z
        .enum(['json', 'text'])
        .optional()
        .meta(about({ help: 'of stderr; when left out, text on a terminal and JSON elsewhere' })),
      slowOperationMilliseconds: whole(1, 60_000)
        .default(250)
        .meta(reload('an operation that takes longer is logged')),
    })
    .prefault({}),
})

export type Settings = z.infer<typeof settingsSchema>

function isAddressOrRange(text: string): boolean {
  const [address = '', bits = '0', ...more] = text.split('/')
  const longest = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1
  return more.length === 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= longest
}

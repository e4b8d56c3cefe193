/** Where Redis is, from a URL or from the comma-separated form that .NET's clients use. */
export interface RedisAddress {
  readonly nodes: readonly { readonly host: string; readonly port: number }[]
  readonly username?: string
  readonly password?: string
  readonly tls: boolean
  /** The name its certificate must carry, when it is not the host. */
  readonly tlsName?: string
  /** The authority of its certificate (PEM), instead of those that everybody believes. */
  readonly ca?: string
  readonly database: number
  readonly connectTimeoutMs: number
  /** Several nodes that share the slots. */
  readonly isCluster: boolean
}

/** What holds where the text does not say. */
export type RedisStandard = Pick<RedisAddress, 'database' | 'connectTimeoutMs'>

export type ParsedRedisAddress =
  | { readonly kind: 'address'; readonly address: RedisAddress }
  /** Every violation; none repeats the password. */
  | { readonly kind: 'faults'; readonly faults: readonly string[] }

const DEFAULT_PORT = 6_379
const DEFAULT_TIMEOUT_MS = 5_000
const ESCAPED = 'An @ in the user or the password must be written as %40.'

/**
 * `redis://user:password@host:6379/0?cluster=true`, `rediss://…` for TLS, or
 * `host1:6379,host2:6379,password=…,ssl=true,defaultDatabase=0`. Several hosts mean a cluster.
 */
export function parseRedisAddress(
  text: string,
  standard: RedisStandard = { database: 0, connectTimeoutMs: DEFAULT_TIMEOUT_MS },
): ParsedRedisAddress {
  return /^rediss?:\/\//i.test(text) ? parseUrl(text, standard) : parseList(text, standard)
}

function parseUrl(text: string, standard: RedisStandard): ParsedRedisAddress {
  // Otherwise the rest of a password would be taken for a host, and hosts are told to people.
  if (/^[^/?]*@[^/?]*@/.test(text.slice(text.indexOf('://') + 3))) return faults(ESCAPED)
  const match =
    /^redis(s?):\/\/(?:([^:@/]*)(?::([^@/]*))?@)?([^/?@]+)(?:\/(\d*))?(?:\?(.*))?$/i.exec(text)
  if (match === null) return faults('It must read redis://[user:password@]host[:port][/database].')
  const [, secure, user, password, hosts = '', database, query] = match
  const settings = new Map<string, string>([
    ['ssl', secure === '' ? 'false' : 'true'],
    ...(database === undefined || database === ''
      ? []
      : ([['defaultdatabase', database]] as const)),
    ...[...new URLSearchParams(query ?? '')].map(
      ([name, value]) => [name.toLowerCase(), value] as const,
    ),
  ])
  const credentials = decode(user, password)
  if (credentials === undefined) return faults('The user or password is not percent-encoded.')
  for (const [name, value] of credentials) settings.set(name, value)
  return addressOf(hosts.split(','), settings, standard)
}

function decode(user: string | undefined, password: string | undefined) {
  try {
    const given = [
      ['user', decodeURIComponent(user ?? '')],
      ['password', decodeURIComponent(password ?? '')],
    ] as const
    return given.filter(([, value]) => value !== '')
  } catch {
    return undefined
  }
}

function parseList(text: string, standard: RedisStandard): ParsedRedisAddress {
  const hosts: string[] = []
  const settings = new Map<string, string>()
  for (const part of text.split(',').map((each) => each.trim())) {
    const equals = part.indexOf('=')
    if (equals < 0) hosts.push(part)
    else settings.set(part.slice(0, equals).trim().toLowerCase(), part.slice(equals + 1).trim())
  }
  return addressOf(
    hosts.filter((host) => host !== ''),
    settings,
    standard,
  )
}

/** Settings of StackExchange.Redis that mean something to its own machinery only. */
const WITHOUT_MEANING = new Set([
  ...['abortconnect', 'allowadmin', 'channelprefix', 'configchannel', 'configcheckseconds'],
  ...['connectretry', 'keepalive', 'name', 'proxy', 'resolvedns', 'sslprotocols', 'synctimeout'],
  ...['asynctimeout', 'tiebreaker', 'version', 'writebuffer'],
])

function addressOf(
  hosts: readonly string[],
  settings: ReadonlyMap<string, string>,
  standard: RedisStandard,
): ParsedRedisAddress {
  const found: string[] = []
  const nodes = hosts.flatMap((host) => {
    if (host.includes('@')) {
      found.push('A host holds an @. Write user=… and password=… beside the hosts.')
      return []
    }
    const [, name, port] = /^(\[[0-9a-f:]+\]|[^:\s]+)(?::(\d+))?$/i.exec(host) ?? []
    const number = Number(port ?? DEFAULT_PORT)
    if (name === undefined || number < 1 || number > 65_535) {
      found.push(`"${host}" is not a host with a port from 1 to 65535.`)
      return []
    }
    return [{ host: name.replace(/^\[|\]$/g, ''), port: number }]
  })
  if (hosts.length === 0) found.push('It names no host.')

  function whole(name: string, otherwise: number, low: number, high: number): number {
    const text = settings.get(name.toLowerCase())
    if (text === undefined) return otherwise
    const value = Number(text)
    if (/^\d+$/.test(text) && value >= low && value <= high) return value
    found.push(`${name} must be a whole number from ${low} to ${high}.`)
    return otherwise
  }
  function truth(name: string, otherwise: boolean): boolean {
    const text = settings.get(name)?.toLowerCase()
    if (text === undefined) return otherwise
    if (text !== 'true' && text !== 'false') found.push(`${name} must be true or false.`)
    return text === 'true'
  }
  const known = new Set(
    ['user', 'password', 'ssl', 'sslhost', 'defaultdatabase', 'connecttimeout', 'cluster'].concat([
      ...WITHOUT_MEANING,
    ]),
  )
  for (const name of settings.keys()) {
    if (!known.has(name)) found.push(`${name} is not a setting of a connection to Redis.`)
  }
  const isCluster = truth('cluster', nodes.length > 1)
  const database = whole('defaultDatabase', standard.database, 0, 1_000_000)
  if (isCluster && database !== 0) found.push('A Redis Cluster has database 0 only.')
  if (!isCluster && nodes.length > 1) found.push('Several hosts are a cluster: leave out cluster.')
  const [user, password, tlsName] = ['user', 'password', 'sslhost'].map((name) =>
    settings.get(name),
  )
  const address: RedisAddress = {
    nodes,
    ...(user === undefined ? {} : { username: user }),
    ...(password === undefined ? {} : { password }),
    tls: truth('ssl', false),
    ...(tlsName === undefined ? {} : { tlsName }),
    database,
    connectTimeoutMs: whole('connectTimeout', standard.connectTimeoutMs, 1, 600_000),
    isCluster,
  }
  return found.length > 0 ? { kind: 'faults', faults: found } : { kind: 'address', address }
}

const faults = (...found: string[]): ParsedRedisAddress => ({ kind: 'faults', faults: found })

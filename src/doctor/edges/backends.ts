import { Client } from 'pg'
import { createClient } from 'redis'
import type { ServiceProbe } from '../services.ts'

/** `host:port` of an address with a user and a password in it; null for what is no address. */
function whereOf(url: string, usualPort: number): string | null {
  if (!URL.canParse(url)) return null
  const { hostname, port } = new URL(url)
  return `${hostname === '' ? 'localhost' : hostname}:${port === '' ? usualPort : port}`
}

/** The drivers' messages may quote what they were given; their codes do not. */
function codeOf(error: unknown): string {
  const first = error instanceof AggregateError ? (error.errors[0] as unknown) : error
  if (!(first instanceof Error)) return 'unknown'
  if ('code' in first && typeof first.code === 'string') return first.code
  return /^(WRONGPASS|NOAUTH|NOPERM)\b/.exec(first.message)?.[0] ?? first.name
}

/**
 * What the server takes as Redis's connection string, as a URL: one already, or `host:port,password=…` as .NET's
 * clients write it. Of several hosts the first is tried.
 */
function redisUrl(text: string): string {
  if (/^rediss?:\/\//i.test(text)) return text
  const parts = text.split(',').map((part) => part.trim())
  const value = (name: string): string => {
    const part = parts.find((one) => one.toLowerCase().startsWith(`${name}=`))
    return encodeURIComponent(part?.slice(name.length + 1) ?? '')
  }
  const secure = /^true$/i.test(value('ssl')) ? 's' : ''
  return `redis${secure}://${value('user')}:${value('password')}@${parts[0] ?? ''}`
}

/** `ca`: the authority of its certificate (PEM), instead of those that everybody believes. */
export function redisProbe(connectionString: string, setting: string, ca?: string): ServiceProbe {
  const url = redisUrl(connectionString)
  return {
    id: 'redis',
    title: 'Redis',
    where: whereOf(url, 6_379) ?? 'an address that cannot be read',
    setting,
    async reach(signal) {
      try {
        const client = createClient({
          url,
          socket: {
            ...{ reconnectStrategy: false, connectTimeout: 4_000 },
            ...(ca === undefined ? {} : { tls: true as const, ca }),
          },
        })
        // What goes wrong is told by the calls; without a listener it would end the process.
        client.on('error', () => {})
        signal.addEventListener('abort', () => client.destroy(), { once: true })
        await client.connect()
        const information = await client.info('server')
        await client.close()
        return { kind: 'reached', version: /redis_version:(\S+)/.exec(information)?.[1] ?? '' }
      } catch (error) {
        return { kind: 'refused', code: codeOf(error) }
      }
    },
  }
}

export function postgresProbe(url: string, setting: string): ServiceProbe {
  return {
    id: 'postgresql',
    title: 'PostgreSQL',
    where: whereOf(url, 5_432) ?? 'an address that cannot be read',
    setting,
    async reach() {
      try {
        const client = new Client({
          connectionString: url,
          connectionTimeoutMillis: 4_000,
          query_timeout: 4_000,
        })
        client.on('error', () => {})
        await client.connect()
        const { rows } = await client.query<{ server_version: string }>('SHOW server_version')
        await client.end()
        return { kind: 'reached', version: rows[0]?.server_version.split(' ')[0] ?? '' }
      } catch (error) {
        return { kind: 'refused', code: codeOf(error) }
      }
    },
  }
}

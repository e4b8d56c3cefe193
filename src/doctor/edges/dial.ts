import type { X509Certificate } from 'node:crypto'
import { lookup } from 'node:dns/promises'
import { get } from 'node:http'
import type { ClientRequest, IncomingMessage } from 'node:http'
import { connect as connectPlain, isIP } from 'node:net'
import { connect as connectSecure } from 'node:tls'
import type { HostTrust } from '../../client/connection/host-trust.ts'
import { openSecurely } from '../../client/connection/secure-connection.ts'
import type { Target } from '../../client/connection/secure-connection.ts'

/** Why something did not come about: the system's code, such as `ECONNREFUSED`. */
export interface Refusal {
  readonly kind: 'refused'
  readonly code: string
}

const refusal = (error: unknown): Refusal => ({
  kind: 'refused',
  code:
    error instanceof Error && 'code' in error && typeof error.code === 'string'
      ? error.code
      : error instanceof Error
        ? error.message
        : String(error),
})

/** The addresses of a name; an address is its own. */
export async function resolve(
  host: string,
): Promise<{ readonly kind: 'resolved'; readonly addresses: readonly string[] } | Refusal> {
  if (isIP(host) !== 0) return { kind: 'resolved', addresses: [host] }
  try {
    const found = await lookup(host, { all: true })
    return { kind: 'resolved', addresses: found.map(({ address }) => address) }
  } catch (error) {
    return refusal(error)
  }
}

/** Connects and hangs up at once. */
export function touch(
  { host, port }: Target,
  signal: AbortSignal,
): Promise<{ readonly kind: 'connected' } | Refusal> {
  return new Promise((done) => {
    const socket = connectPlain({ host, port, signal })
    socket.once('connect', () => {
      socket.destroy()
      done({ kind: 'connected' })
    })
    socket.on('error', (error) => done(refusal(firstOf(error))))
  })
}

/** A name with several addresses fails with all their failures at once. */
function firstOf(error: Error): Error {
  return error instanceof AggregateError && error.errors[0] instanceof Error
    ? error.errors[0]
    : error
}

export interface Handshake {
  readonly kind: 'shaken'
  /** `TLSv1.3` */
  readonly version: string
  readonly certificate: X509Certificate | null
  /** Why no known authority vouches for it; null when one does. */
  readonly distrust: string | null
}

/** The TLS handshake and nothing more: to whoever has another key, nothing is said (T1). */
export function shakeHands(
  { host, port }: Target,
  authorities: readonly string[] | null,
  signal: AbortSignal,
): Promise<Handshake | Refusal> {
  return new Promise((done) => {
    const socket = connectSecure({
      host,
      port,
      minVersion: 'TLSv1.2',
      rejectUnauthorized: false,
      ...(authorities === null ? {} : { ca: [...authorities] }),
      ...(isIP(host) === 0 ? { servername: host } : {}),
    })
    const stop = (): void => void socket.destroy()
    signal.addEventListener('abort', stop, { once: true })
    const end = (answer: Handshake | Refusal): void => {
      signal.removeEventListener('abort', stop)
      done(answer)
      socket.destroy()
    }
    socket.once('secureConnect', () => {
      const { authorizationError } = socket
      end({
        kind: 'shaken',
        version: socket.getProtocol() ?? '',
        certificate: socket.getPeerX509Certificate() ?? null,
        // Typed as an error, and yet a word at run time.
        distrust: socket.authorized ? null : String(authorizationError),
      })
    })
    socket.on('error', (error) => end(refusal(firstOf(error))))
    socket.once('close', () => end({ kind: 'refused', code: 'closed during the handshake' }))
  })
}

/** An encrypted connection to a host that is believed, or a plain one where `trust` asks for none. */
export function open(
  target: Target,
  trust: HostTrust,
  signal: AbortSignal,
): Promise<{ readonly kind: 'open'; readonly socket: import('node:stream').Duplex } | Refusal> {
  return new Promise((done) => {
    if (trust.kind === 'none') {
      const socket = connectPlain({ ...target, signal })
      socket.once('connect', () => done({ kind: 'open', socket }))
      socket.on('error', (error) => done(refusal(firstOf(error))))
      return
    }
    const giveUp = openSecurely(target, trust, (secured) => {
      if (secured.kind === 'secured') {
        const { socket } = secured
        signal.addEventListener('abort', () => void socket.destroy(), { once: true })
        return done({ kind: 'open', socket })
      }
      const code = secured.kind === 'failed' ? secured.detail : `distrusted: ${secured.why}`
      done({ kind: 'refused', code })
    })
    signal.addEventListener('abort', giveUp, { once: true })
  })
}

export interface HttpAnswer {
  readonly kind: 'answered'
  readonly status: number
  /** At most 4,096 characters. */
  readonly body: string
  /** What its `Date` says, milliseconds since 1970; null without one. */
  readonly date: number | null
}

const MAX_BODY = 4_096

export async function fetchPath(
  target: Target,
  trust: HostTrust,
  path: string,
  signal: AbortSignal,
): Promise<HttpAnswer | Refusal> {
  const opened = await open(target, trust, signal)
  if (opened.kind === 'refused') return opened
  const { socket } = opened
  return new Promise((done) => {
    const request: ClientRequest = get(
      {
        host: target.host,
        port: target.port,
        path,
        headers: { connection: 'close' },
        // Encrypted already, where it has to be; without an agent this is the one it speaks on.
        createConnection: () => socket,
        signal,
      },
      (response: IncomingMessage) => {
        let body = ''
        response.setEncoding('utf8')
        response.on('data', (chunk: string) => {
          body += chunk
          if (body.length > MAX_BODY) finish()
        })
        response.on('end', finish)
        response.on('error', finish)
        function finish(): void {
          const date = Date.parse(response.headers.date ?? '')
          const { statusCode: status = 0 } = response
          done({
            kind: 'answered',
            status,
            body: body.slice(0, MAX_BODY),
            date: Number.isNaN(date) ? null : date,
          })
          socket.destroy()
        }
      },
    )
    request.on('error', (error) => done(refusal(error)))
  })
}

import { isIP } from 'node:net'
import { connect, type TLSSocket } from 'node:tls'
import type { DistrustReason } from '../views.ts'
import { distrustOf, fingerprintOf, type HostTrust } from './host-trust.ts'

export type Secured =
  /** Nothing has been said on it yet. */
  | { readonly kind: 'secured'; readonly socket: TLSSocket }
  | { readonly kind: 'distrusted'; readonly why: DistrustReason }
  /** No connection, or no encryption both sides know. `detail` is for the log. */
  | { readonly kind: 'failed'; readonly detail: string }

export interface Target {
  /** IPv6 without brackets. */
  readonly host: string
  readonly port: number
}

export function targetOf(url: string): Target {
  const { hostname, port, protocol } = new URL(url)
  // A URL forgets a port that its scheme implies.
  const implied = protocol === 'wss:' ? 443 : 80
  return {
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: port === '' ? implied : Number(port),
  }
}

/**
 * Opens an encrypted connection and judges who is at its other end. An end that is not believed is closed
 * before anything but the TLS handshake was said to it. Returns how to give up before `done` was called.
 */
export function openSecurely(
  target: Target,
  trust: HostTrust,
  done: (secured: Secured) => void,
): () => void {
  return shakeHands(target, trust, (socket, detail) => {
    if (socket === null) return done({ kind: 'failed', detail })
    const why = distrustOf(socket, trust)
    if (why === null) return done({ kind: 'secured', socket })
    socket.destroy()
    done({ kind: 'distrusted', why })
  })
}

/**
 * The fingerprint of whoever answers there, to be shown to a person who joins without an invite and then
 * pinned. Nothing but the TLS handshake is said.
 */
export function readHostKey(
  target: Target,
  done: (
    answer:
      | { readonly kind: 'key'; readonly fingerprint: string }
      | { readonly kind: 'failed'; readonly detail: string },
  ) => void,
): () => void {
  return shakeHands(target, { kind: 'none' }, (socket, detail) => {
    const key = socket?.getPeerX509Certificate()?.publicKey
    socket?.destroy()
    done(
      key === undefined
        ? { kind: 'failed', detail }
        : { kind: 'key', fingerprint: fingerprintOf(key) },
    )
  })
}

function shakeHands(
  { host, port }: Target,
  trust: HostTrust,
  done: (socket: TLSSocket | null, detail: string) => void,
): () => void {
  let waiting = true
  const settle = (socket: TLSSocket | null, detail: string): void => {
    if (!waiting) return
    waiting = false
    done(socket, detail)
  }
  const socket = connect({
    host,
    port,
    minVersion: 'TLSv1.2',
    // Judged by `distrustOf` in the very turn in which the handshake ends.
    rejectUnauthorized: false,
    ...(trust.kind === 'authorities' ? { ca: [...trust.certificates] } : {}),
    // Only names may be asked for in the handshake, not addresses.
    ...(isIP(host) === 0 ? { servername: host } : {}),
  })
  socket.once('secureConnect', () => settle(socket, ''))
  // Stays for good: between this and the WebSocket nobody else listens.
  socket.on('error', (error: NodeJS.ErrnoException) => settle(null, error.code ?? error.message))
  socket.once('close', () => settle(null, 'closed during the handshake'))
  return () => {
    waiting = false
    socket.destroy()
  }
}

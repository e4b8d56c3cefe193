import { createHash, type X509Certificate } from 'node:crypto'
import { isIP, connect as connectPlain, type Socket } from 'node:net'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import { NO_CHANNEL } from '../protocol/device-proof.ts'
import type { PairingClock } from './clock.ts'

export interface HostAddress {
  /** IPv6 without brackets. */
  readonly host: string
  readonly port: number
}

export type Dialled =
  | {
      readonly kind: 'open'
      readonly socket: Socket
      /** Fingerprint of the key that the TLS handshake proved; `NO_CHANNEL` without encryption. */
      readonly channel: string
    }
  | { readonly kind: 'failed'; readonly why: 'unreachable' | 'not-a-host'; readonly detail: string }

/**
 * Opens an encrypted connection to whoever answers, believing nobody: who it is, is what the pairing finds out.
 * Without encryption only within this computer. Returns how to give up before `done` was called.
 */
export function dialUnknown(
  { host, port }: HostAddress,
  limits: { readonly connectMs: number; readonly clock: PairingClock },
  done: (dialled: Dialled) => void,
): () => void {
  let socket: Socket | null = null
  let waiting = true
  const cancel = limits.clock.after(limits.connectMs, () => {
    settle({ kind: 'failed', why: 'unreachable', detail: 'no answer in time' })
  })
  function settle(dialled: Dialled): void {
    if (!waiting) return
    waiting = false
    cancel()
    if (dialled.kind === 'failed') socket?.destroy()
    done(dialled)
  }

  function openTls(): void {
    const opened: TLSSocket = connectTls({
      host,
      port,
      minVersion: 'TLSv1.2',
      // Judged by the exchange, which is bound to this key.
      rejectUnauthorized: false,
      ...(isIP(host) === 0 ? { servername: host } : {}),
    })
    socket = opened
    opened.once('secureConnect', () => {
      const certificate = opened.getPeerX509Certificate()
      if (certificate === undefined) {
        settle({ kind: 'failed', why: 'not-a-host', detail: 'no certificate' })
      } else {
        settle({ kind: 'open', socket: opened, channel: keyFingerprint(certificate) })
      }
    })
    // Stays for good: between this and the WebSocket nobody else listens.
    opened.on('error', (fault: NodeJS.ErrnoException) => {
      if (waiting && isPlainAnswer(fault) && isLoopback(host)) openPlain()
      else settle(failure(fault))
    })
    opened.once('close', () => {
      if (socket === opened) settle({ kind: 'failed', why: 'not-a-host', detail: 'hung up' })
    })
  }

  function openPlain(): void {
    const opened = connectPlain({ host, port })
    socket = opened
    opened.once('connect', () => settle({ kind: 'open', socket: opened, channel: NO_CHANNEL }))
    opened.on('error', (fault: NodeJS.ErrnoException) => settle(failure(fault)))
  }

  openTls()
  return () => {
    waiting = false
    cancel()
    socket?.destroy()
  }
}

/** As invites have it: SHA-256 of the public key's DER, in base64url. */
export function keyFingerprint(certificate: X509Certificate): string {
  const spki = certificate.publicKey.export({ type: 'spki', format: 'der' })
  return createHash('sha256').update(spki).digest('base64url')
}

/** The other end said something, and it was not TLS. */
export function isPlainAnswer({ code }: NodeJS.ErrnoException): boolean {
  return code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'ERR_SSL_PACKET_LENGTH_TOO_LONG'
}

export function isLoopback(host: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|::1)$/i.test(host)
}

function failure(fault: NodeJS.ErrnoException): Dialled {
  const detail = fault.code ?? fault.message
  const isNetwork = fault.syscall !== undefined && fault.code !== 'ECONNRESET'
  return { kind: 'failed', why: isNetwork ? 'unreachable' : 'not-a-host', detail }
}

/** IPv6 in brackets. */
export function addressText({ host, port }: HostAddress): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

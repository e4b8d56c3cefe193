import { X509Certificate } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { Socket } from 'node:net'
import type { Clock, Log, Meter } from '../hub/ports.ts'
import type { PreparedTls, TlsMaterial } from '../tls/server-tls.ts'
import { ONLY_ENCRYPTED } from './http-answers.ts'

/** TLS 1.3 where both can. */
const FLOOR = { minVersion: 'TLSv1.2' } as const

export interface WebServer {
  /** Encrypted or not; it does not listen yet. */
  readonly http: Server
  /** What new connections are shown now; null without encryption. */
  shown(): TlsMaterial | null
  /** Cuts every connection that is left and ends the renewing. Closing is the owner's. */
  dispose(): void
}

export function createWebServer(options: {
  readonly tls: Extract<PreparedTls, { kind: 'prepared' }> | null
  /** Time a client has for the TLS handshake, and then for the headers of its request. */
  readonly timeoutMs: number
  readonly clock: Clock
  readonly meter: Meter
  readonly log: Log
  /** Bytes buffered for each connection. */
  readonly highWaterMark?: number | undefined
  /** Read at each that comes; those beyond it are cut unheard. */
  readonly maxSockets: () => number
}): WebServer {
  const { tls, timeoutMs, clock, meter, log } = options
  const limits = {
    headersTimeout: timeoutMs,
    requestTimeout: timeoutMs,
    connectionsCheckingInterval: Math.min(1_000, timeoutMs),
    keepAliveTimeout: 5_000,
    noDelay: true,
    ...(options.highWaterMark === undefined ? {} : { highWaterMark: options.highWaterMark }),
  }
  const secure =
    tls === null
      ? null
      : createSecureServer({ ...limits, ...tls.material, ...FLOOR, handshakeTimeout: timeoutMs })
  const http = secure ?? createServer(limits)

  // Known from the first byte: a handshake that goes nowhere must not hold up the end of the process.
  const sockets = new Set<Socket>()
  /** One for all: thousands of sockets rest here. */
  function forget(this: Socket): void {
    sockets.delete(this)
  }
  http.on('connection', (socket: Socket) => {
    if (sockets.size >= options.maxSockets()) return void socket.destroy()
    sockets.add(socket)
    socket.on('close', forget)
  })
  http.on('tlsClientError', (fault: NodeJS.ErrnoException, peer: Socket) => {
    meter.count('handshakes-rejected')
    if (fault.code !== 'ERR_SSL_HTTP_REQUEST') return
    const { remoteAddress, remotePort } = peer
    const raw = [...sockets].find(
      (socket) => socket.remoteAddress === remoteAddress && socket.remotePort === remotePort,
    )
    raw?.end(ONLY_ENCRYPTED)
  })

  let cancelRenewal = (): void => {}
  let lastFault: string | undefined
  let shown = tls?.material ?? null
  /** Only new connections see a new certificate; those that are open stay as they are. */
  function renewLater(prepared: NonNullable<typeof tls>): void {
    cancelRenewal = clock.after(prepared.renewEveryMs, () => {
      prepared.renew().then(
        (material) => {
          lastFault = undefined
          if (material === null) return
          secure?.setSecureContext({ ...material, ...FLOOR })
          shown = material
          const { validTo } = new X509Certificate(material.cert)
          log.info({ until: validTo }, 'new connections are shown a new certificate')
        },
        (fault: unknown) => {
          const words = fault instanceof Error ? fault.message : String(fault)
          // Once, not every minute until somebody mends the file.
          if (words !== lastFault) log.warn({ fault: words }, 'the certificate was not renewed')
          lastFault = words
        },
      )
      renewLater(prepared)
    })
  }
  if (tls !== null) renewLater(tls)

  return {
    http,
    shown: () => shown,
    dispose() {
      cancelRenewal()
      http.closeAllConnections()
      for (const socket of sockets) socket.destroy()
    },
  }
}

import { request } from 'node:http'
import { connect as connectPlain, isIP, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { type PairingClock, systemPairingClock } from './clock.ts'
import { type HostAddress, isLoopback, isPlainAnswer, keyFingerprint } from './dial.ts'
import { MAX_PROBE_BYTES, PROBE_PATH, readProbeAnswer } from './probe-answer.ts'
import type { ProbeConnect, ProbeResult } from './probe-subnets.ts'

/** What a host shows of itself before it is asked anything. */
type Shown = Pick<Extract<ProbeResult, { kind: 'host' }>, 'fingerprint' | 'vouched'>

/**
 * Asks over real sockets: `GET /landline` with TLS, whoever signed the certificate. `authorities`: PEM of those that
 * may vouch for the address; the very connection that they vouch for is the one that is asked.
 */
export function socketProbe(clock: PairingClock, authorities?: readonly string[]): ProbeConnect {
  return ({ host, port }, { connectMs, answerMs, signal }) =>
    new Promise((resolve) => {
      const sockets: Socket[] = []
      let over = false
      const finish = (result: ProbeResult): void => {
        if (over) return
        over = true
        cancel()
        signal.removeEventListener('abort', abort)
        for (const socket of sockets) socket.destroy()
        resolve(result)
      }
      const abort = (): void => finish({ kind: 'silent' })
      let cancel = clock.after(connectMs, abort)
      if (signal.aborted) return abort()
      signal.addEventListener('abort', abort)

      open((raw) => {
        cancel()
        cancel = clock.after(answerMs, () => finish({ kind: 'stranger' }))
        const secure = connectTls({
          ...{ socket: raw, host, minVersion: 'TLSv1.2', rejectUnauthorized: false },
          // Only names may be asked for in the handshake, not addresses.
          ...(isIP(host) === 0 ? { servername: host } : {}),
          ...(authorities === undefined ? {} : { ca: [...authorities] }),
        })
        sockets.push(secure)
        secure.on('error', (fault: NodeJS.ErrnoException) => {
          if (!over && isPlainAnswer(fault) && isLoopback(host)) {
            open((plain) => ask(plain, { fingerprint: null }))
          } else finish({ kind: 'stranger' })
        })
        secure.once('secureConnect', () => {
          const certificate = secure.getPeerX509Certificate()
          if (certificate === undefined) finish({ kind: 'stranger' })
          else {
            const vouched = authorities !== undefined && secure.authorized
            ask(secure, { fingerprint: keyFingerprint(certificate), vouched })
          }
        })
      })

      function open(opened: (socket: Socket) => void): void {
        const socket = connectPlain({ host, port })
        sockets.push(socket)
        let isOpen = false
        socket.on('error', (fault: NodeJS.ErrnoException) => {
          finish(isOpen ? { kind: 'stranger' } : failure(fault.code))
        })
        socket.once('connect', () => {
          isOpen = true
          opened(socket)
        })
      }

      function ask(socket: Socket, shown: Shown): void {
        const asking = request({
          createConnection: () => socket,
          path: PROBE_PATH,
          headers: { host: 'landline.invalid', connection: 'close' },
        })
        asking.on('error', () => finish({ kind: 'stranger' }))
        asking.on('response', (response) => {
          let text = ''
          response.setEncoding('utf8')
          response.on('data', (part: string) => {
            text += part
            if (text.length > MAX_PROBE_BYTES) finish({ kind: 'stranger' })
          })
          response.on('error', () => finish({ kind: 'stranger' }))
          response.on('end', () => {
            const answer = response.statusCode === 200 ? readProbeAnswer(text) : null
            finish(answer === null ? { kind: 'stranger' } : { kind: 'host', answer, ...shown })
          })
        })
        asking.end()
      }
    })
}

/** One address alone, with more patience. `authorities`: as above. */
export function askHost(
  address: HostAddress,
  {
    signal = new AbortController().signal,
    clock = systemPairingClock(),
    authorities,
  }: {
    readonly signal?: AbortSignal
    readonly clock?: PairingClock
    readonly authorities?: readonly string[]
  } = {},
): Promise<ProbeResult> {
  return socketProbe(clock, authorities)(address, { connectMs: 4_000, answerMs: 4_000, signal })
}

function failure(code: string | undefined): ProbeResult {
  if (code === 'ECONNREFUSED' || code === 'ECONNRESET') return { kind: 'refused' }
  // A firewall or a missing permission answers at once, for the system itself.
  if (code === 'EPERM' || code === 'EACCES') return { kind: 'blocked' }
  return { kind: 'silent' }
}

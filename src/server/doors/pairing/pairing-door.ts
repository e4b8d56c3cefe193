import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { joinSelectors } from '../../../protocol/code.ts'
import { CloseCode } from '../../../protocol/errors.ts'
import { SUPPORTED_VERSIONS } from '../../../protocol/version.ts'
import type { RandomBytes } from '../../../pairing/exchange.ts'
import {
  encodePairing,
  MAX_PAIRING_FRAME_BYTES,
  PAIRING_SUBPROTOCOL,
  PAIRING_TIMEOUT_MS,
} from '../../../pairing/messages.ts'
import type { ProbeAnswer } from '../../../pairing/probe-answer.ts'
import type { Clock, Log, Meter } from '../../hub/ports.ts'
import {
  type Bucket,
  type BucketSize,
  fullBucket,
  isFull,
  takeToken,
} from '../../hub/rate-limit.ts'
import { refuseUpgrade } from '../native/refuse-upgrade.ts'
import { addressGroup } from '../../hub/address-group.ts'
import { createHostSide } from './host-side.ts'
import type { PairingDesk } from './pairing-desk.ts'
import { createPairingTries, type PairingTries } from './pairing-tries.ts'

const MOST_AT_ONCE = 16
const MOST_OF_ONE_PEER = 4
/** A person looks a few times; a program that looks more often learns nothing more. */
const PROBES: BucketSize = { burst: 20, perMinute: 60 }
const MOST_BUCKETS = 4_096
/** A peer that does not finish a polite close by then is cut. */
const CLOSE_WITHIN_MS = 1_000

export interface PairingDoorPorts {
  readonly desk: PairingDesk
  readonly clock: Clock
  readonly random: RandomBytes
  readonly meter: Meter
  readonly log: Log
  /**
   * Of the key this server shows in TLS, whoever signed its certificate; null without encryption. Asked for each
   * exchange, since an authority's key may be another one each time its certificate is.
   */
  readonly fingerprint: () => string | null
  /** Where a request comes from. */
  readonly addressOf: (request: IncomingMessage) => string
  /** Counted where all nodes of the session see it; left out, this server counts for itself. */
  readonly tries?: PairingTries | undefined
}

/** Where somebody who knows a code or the passphrase gets an invite: `/pair`, and `GET /landline`. */
export interface PairingDoor {
  /** Takes over a request to upgrade, or refuses it. */
  upgrade(request: IncomingMessage, raw: Duplex, head: Buffer): void
  /** Answers `GET /landline`. */
  answer(request: IncomingMessage, response: ServerResponse): void
  /** Cuts what is open. */
  dispose(): void
}

export function createPairingDoor(ports: PairingDoorPorts): PairingDoor {
  const { desk, clock, random, meter, log, addressOf } = ports
  const tries = ports.tries ?? createPairingTries(clock, (code) => desk.exhausted(code))
  const open = new Map<WebSocket, string>()
  const probes = new Map<string, Bucket>()
  let isDisposed = false
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: MAX_PAIRING_FRAME_BYTES,
    perMessageDeflate: false,
    handleProtocols: () => PAIRING_SUBPROTOCOL,
  })

  function accept(webSocket: WebSocket, address: string): void {
    open.set(webSocket, addressGroup(address))
    const side = createHostSide({
      ...{ desk, tries, random, address },
      fingerprint: ports.fingerprint(),
    })
    let cancelCut = (): void => {}
    function close(code: CloseCode, reason: string): void {
      webSocket.close(code, reason)
      cancelCut()
      cancelCut = clock.after(CLOSE_WITHIN_MS, () => webSocket.terminate())
    }
    const cancelTimeout = clock.after(PAIRING_TIMEOUT_MS, () => {
      close(CloseCode.handshakeTimeout, 'took too long')
    })

    async function take(frame: string): Promise<void> {
      const reply = await side.receive(frame)
      if (reply === null) return
      webSocket.send(reply.frame, () => {})
      if (reply.last) close(CloseCode.normal, '')
    }
    webSocket.on('message', (data, isBinary) => {
      if (isBinary) {
        meter.count('frames-malformed')
        side.closed()
        return close(CloseCode.malformed, 'binary frames are refused')
      }
      take((data as Buffer).toString('utf8')).catch((fault: unknown) => {
        log.warn({ fault: describe(fault) }, 'a pairing could not be granted')
        webSocket.send(encodePairing({ type: 'refused', code: 'unavailable' }), () => {})
        close(CloseCode.normal, '')
      })
    })
    // Frames too large, or not of the WebSocket protocol; `close` follows.
    webSocket.on('error', (fault) => {
      meter.count('frames-malformed')
      log.info({ address, fault: fault.message }, 'a pairing broke the protocol')
    })
    webSocket.on('close', () => {
      cancelTimeout()
      cancelCut()
      side.closed()
      open.delete(webSocket)
    })
  }

  function problemOf(request: IncomingMessage, address: string): string | undefined {
    if (isDisposed) return '503 Service Unavailable'
    // Apps send no Origin; a page in a browser has no business here.
    if (request.headers.origin !== undefined) return '403 Forbidden'
    const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',')
    if (!offered.some((name) => name.trim() === PAIRING_SUBPROTOCOL)) return '400 Bad Request'
    if (open.size >= MOST_AT_ONCE) return '503 Service Unavailable'
    const peer = addressGroup(address)
    const ofPeer = [...open.values()].filter((other) => other === peer).length
    return ofPeer >= MOST_OF_ONE_PEER ? '429 Too Many Requests' : undefined
  }

  /** Milliseconds to wait; 0 to go on. */
  function probeWait(address: string): number {
    const now = clock.monotonic()
    const peer = addressGroup(address)
    if (probes.size >= MOST_BUCKETS && !probes.has(peer)) {
      for (const [other, bucket] of probes) if (isFull(bucket, PROBES, now)) probes.delete(other)
      if (probes.size >= MOST_BUCKETS) return 1_000
    }
    const bucket = probes.get(peer) ?? fullBucket(PROBES, now)
    probes.set(peer, bucket)
    return takeToken(bucket, PROBES, now)
  }

  async function tellNotice(response: ServerResponse): Promise<void> {
    // Without its codes the session can still be found, and joined in another way.
    const codes = await desk.codes().catch((): string[] => [])
    const { id, name, people, approval, open: isOpen, tokens } = desk.notice()
    respond(response, 200, {
      landline: 1,
      session: id,
      name,
      selector: joinSelectors(codes),
      passphrase: desk.passphrase() !== null,
      approval,
      open: isOpen,
      protocol: [...SUPPORTED_VERSIONS],
      people,
      tokens,
    } satisfies ProbeAnswer)
  }

  return {
    upgrade(request, raw, head) {
      const address = addressOf(request)
      const problem = problemOf(request, address)
      if (problem !== undefined) {
        meter.count('handshakes-rejected')
        return refuseUpgrade(raw, problem)
      }
      server.handleUpgrade(request, raw, head, (webSocket) => accept(webSocket, address))
    },

    answer(request, response) {
      if (request.method !== 'GET' && request.method !== 'HEAD') {
        response.setHeader('Allow', 'GET, HEAD')
        return respond(response, 405, { error: 'Only GET.' })
      }
      const wait = probeWait(addressOf(request))
      if (wait > 0) {
        response.setHeader('Retry-After', String(Math.ceil(wait / 1_000)))
        return respond(response, 429, { error: 'Too many questions.' })
      }
      void tellNotice(response)
    },

    dispose() {
      isDisposed = true
      for (const webSocket of open.keys()) webSocket.terminate()
    },
  }
}

function respond(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, {
    'Content-Type': 'application/json; charset=utf-8',
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    // One answer is all anybody needs; the prober has many more to ask.
    Connection: 'close',
  })
  response.end(JSON.stringify(body))
}

function describe(fault: unknown): string {
  return fault instanceof Error ? fault.message : String(fault)
}

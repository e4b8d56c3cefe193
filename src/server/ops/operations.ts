import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { Registry } from 'prom-client'
import { bearerOf, redactUrl } from '../auth/bearer.ts'
import { REFUSED, refuseUpgrade } from '../doors/native/refuse-upgrade.ts'
import { inTime } from '../hub/in-time.ts'
import type { Clock, Log } from '../hub/ports.ts'
import { sparing } from '../hub/sparing-log.ts'
import { type AddressGate, createAddressGate, type Refused } from './address-gate.ts'
import { createClientAddress, createTrust, directAddress } from './client-address.ts'
import { isLoopback } from './headless-options.ts'
import { createHealthAnswers } from './health-answers.ts'
import { answerJson, isReading, pathOf } from './http-answers.ts'
import { measureDelivery } from './metrics/measure-delivery.ts'
import { createNodeGauges, type NodeState } from './metrics/node-gauges.ts'
import { prometheusMeter } from './metrics/prometheus-meter.ts'
import type { Operations } from './operations-port.ts'
import type { LiveSettings } from './options/live-settings.ts'
import type { Settings } from './options/settings.ts'
import { type Dependency, healthOf } from './readiness.ts'
import type { Tracing } from './tracing/tracing.ts'
import { watchedCalls } from './watched-calls.ts'

export interface OperationsParts {
  readonly settings: Settings
  readonly live: LiveSettings
  readonly clock: Clock
  readonly log: Log & { debug(fields: Readonly<Record<string, unknown>>, message: string): void }
  readonly tracing: Tracing | null
}

const QUEUES_EVERY_MS = 1_000
const TRACES_WITHIN_MS = 1_500
/** What proxies add. */
const FORWARDING = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'via']
/** A request id that somebody before us made, when it is one that can be logged. */
const REQUEST_ID = /^[\w.:-]{1,128}$/

export function createOperations(
  parts: OperationsParts,
): Operations & { readonly gate: AddressGate } {
  const { settings, live, clock, log, tracing } = parts
  const { monitoring, admin } = settings
  const registry = new Registry()
  const meter = prometheusMeter(registry)
  const gate = createAddressGate(live, clock)
  const addressOf = createClientAddress(settings.trustedProxies)
  const isTrusted = createTrust(settings.trustedProxies)
  let running:
    | { readonly state: NodeState; readonly dependencies: readonly Dependency[] }
    | undefined
  let fanOutDropped = (): number => 0
  const gauges = createNodeGauges(registry, {
    state: () => running?.state,
    fanOutDropped: () => fanOutDropped(),
    health: () => healthOf(running?.dependencies ?? [], clock),
  })
  const health = createHealthAnswers({ monitoring, clock, lag: gauges.lag, running: () => running })
  const logRefusal = sparing(clock, (...line) => log.info(...line))
  const watch = { clock, log, slowMs: () => live.slowOperationMs }
  const adminServer = createServer((request, response) => {
    identify(request, response)
    if (!answerOperator(request, response))
      answerJson(response, 404, { error: 'There is nothing here.' })
  })

  function idOf(request: IncomingMessage): string {
    const given = request.headers['x-request-id']
    return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID()
  }

  /** Named in the answer and in the log, so that the two can be laid side by side. */
  function identify(request: IncomingMessage, response: ServerResponse): void {
    const id = idOf(request)
    const startedAt = clock.monotonic()
    response.setHeader('X-Request-Id', id)
    response.once('close', () => {
      const ms = Math.round(clock.monotonic() - startedAt)
      const fields = {
        request: id,
        method: request.method,
        url: redactUrl(request.url ?? ''),
        address: addressOf(request),
        status: response.statusCode,
        ms,
      }
      if (ms >= live.slowOperationMs) log.warn(fields, 'a slow request')
      else log.debug(fields, 'a request')
    })
  }

  function answerOperator(request: IncomingMessage, response: ServerResponse): boolean {
    if (!isReading(request)) return false
    if (health.answers(request, response, 'operator')) return true
    if (!monitoring.enableMetrics || pathOf(request) !== monitoring.metricsEndpoint) return false
    void answerMetrics(response)
    return true
  }

  let cancelWatch = (): void => {}
  /** Each queue has its bound; this is the one for all of them together. */
  function watchQueues(state: NodeState): void {
    cancelWatch = clock.after(QUEUES_EVERY_MS, () => {
      if (state.queuedBytes() > settings.maxQueuedBytes) {
        const closed = state.shed(settings.maxQueuedBytes)
        log.warn({ closed }, 'too much waited for slow readers; the slowest were closed')
      }
      watchQueues(state)
    })
  }

  async function answerMetrics(response: ServerResponse): Promise<void> {
    const text = await registry.metrics()
    response.writeHead(200, { 'Content-Type': registry.contentType, 'Cache-Control': 'no-store' })
    response.end(text)
  }

  /** Somebody at this computer. A proxy on it speaks for others, and says so. */
  function isOfThisComputer(request: IncomingMessage): boolean {
    const isForwarded = FORWARDING.some((name) => request.headers[name] !== undefined)
    return !isForwarded && isLoopback(addressOf(request))
  }

  /** Whether it shows a token although too many wrong ones came from there. Who shows none is not kept out. */
  function guesses(request: IncomingMessage, address: string): boolean {
    return bearerOf(request) !== undefined && gate.isThrottled(address)
  }

  function countGuess(request: IncomingMessage, address: string): void {
    if (bearerOf(request) !== undefined) gate.wrongCredential(address)
  }

  /** A collector that is away must not keep the node, which is all there but for its last traces. */
  async function endTracing(ended: Tracing): Promise<void> {
    const lost = (fault: string): void => log.warn({ fault }, 'the last traces were not sent')
    try {
      if ((await inTime(ended.stop(), TRACES_WITHIN_MS, clock)) === 'late') lost('no answer')
    } catch (fault) {
      lost(fault instanceof Error ? fault.message : String(fault))
    }
  }

  function enter(address: string, raw: Duplex): Refused | undefined {
    const opened = gate.open(address)
    if ('refused' in opened) return opened.refused
    // It comes once, and `once` would keep a closure of its own for each.
    raw.on('close', opened.release)
    return undefined
  }

  return {
    meter,
    gate,
    addressOf,
    store: (store) => watchedCalls(tracing?.store(store) ?? store, 'store', watch),
    fanOut(fanOut) {
      fanOutDropped = () => fanOut.dropped?.() ?? 0
      return measureDelivery(tracing?.fanOut(fanOut) ?? fanOut, clock, meter)
    },

    connected(socket: Socket) {
      const address = directAddress(socket)
      // Whom a proxy speaks for is not known before it asks.
      if (isTrusted(address)) return
      const place = gate.connect(address)
      if ('refused' in place) {
        gauges.refused(place.refused)
        logRefusal({ address, reason: place.refused }, 'a socket was let go')
        socket.destroy()
      } else {
        socket.on('close', place.release)
      }
    },

    turnsAway(request, raw) {
      const address = addressOf(request)
      const named = { request: idOf(request), url: redactUrl(request.url ?? ''), address }
      log.debug(named, 'an upgrade')
      const refused = guesses(request, address) ? 'throttled' : enter(address, raw)
      if (refused === undefined) {
        raw.once(REFUSED, (status: string) => {
          log.debug({ ...named, status }, 'an upgrade was refused')
          if (status.startsWith('401')) countGuess(request, address)
        })
        return false
      }
      gauges.refused(refused)
      logRefusal({ ...named, reason: refused }, 'an upgrade was refused')
      const isFull = refused === 'too-many-connections'
      refuseUpgrade(raw, isFull ? '503 Service Unavailable' : '429 Too Many Requests')
      return true
    },

    answers(request, response) {
      identify(request, response)
      const address = addressOf(request)
      if (guesses(request, address)) {
        gauges.refused('throttled')
        response.setHeader('Retry-After', '60')
        answerJson(response, 429, { error: 'Too many wrong tokens came from this address.' })
        return true
      }
      response.once('close', () => {
        if (response.statusCode === 401) countGuess(request, address)
      })
      // Who has no port of their own for it asks on this computer.
      if (admin.port === undefined && isOfThisComputer(request)) {
        return answerOperator(request, response)
      }
      return isReading(request) && health.answers(request, response, 'stranger')
    },

    async start(started) {
      running = started
      watchQueues(started.state)
      gauges.begin(clock)
      if (admin.port === undefined) return { kind: 'started', adminUrl: null }
      const failed = await new Promise<Error | undefined>((resolve) => {
        adminServer.once('error', resolve)
        adminServer.listen(admin.port, admin.host, () => resolve(undefined))
      })
      if (failed !== undefined) {
        return { kind: 'fault', message: `The admin port cannot be used: ${failed.message}` }
      }
      adminServer.removeAllListeners('error')
      adminServer.on('error', (fault) =>
        log.warn({ fault: fault.message }, 'the admin port failed'),
      )
      const { port } = adminServer.address() as AddressInfo
      const host = admin.host === '0.0.0.0' ? '127.0.0.1' : admin.host === '::' ? '::1' : admin.host
      const shown = host.includes(':') ? `[${host}]` : host
      return { kind: 'started', adminUrl: `http://${shown}:${port}` }
    },

    async stop() {
      cancelWatch()
      gauges.stop()
      adminServer.closeAllConnections()
      await new Promise<void>((resolve) => adminServer.close(() => resolve()))
      if (tracing !== null) await endTracing(tracing)
    },
  }
}

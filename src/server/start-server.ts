import type { IncomingMessage } from 'node:http'
import { NO_CHANNEL } from '../protocol/device-proof.ts'
import { selectorOf } from '../protocol/code.ts'
import type { MemberId, SessionId } from '../protocol/ids.ts'
import { MAX_FRAME_BYTES } from '../protocol/limits.ts'
import { allDoorsClosed, createDoors, type DoorSwitches } from './doors/doors.ts'
import type { NativeDoorOptions } from './doors/native/native-door.ts'
import type { VerifyToken } from './auth/verify-token.ts'
import { issuerAndSubjectOf } from './auth/vouching-of-tokens.ts'
import { createNameIds } from './doors/guest/name-ids.ts'
import type { DeviceInfo } from './hub/device-info.ts'
import { createHub } from './hub/hub.ts'
import { inTime } from './hub/in-time.ts'
import { defaultHubOptions, type HubOptions } from './hub/options.ts'
import type { Clock, Log } from './hub/ports.ts'
import type { TokenStay } from './hub/token-stays.ts'
import type { Vouching } from './hub/vouching.ts'
import { directAddress } from './ops/client-address.ts'
import { countingMeter, type CountingMeter } from './ops/counting-meter.ts'
import { answerHealth, answerHttp, pathOf } from './ops/http-answers.ts'
import type { Operations } from './ops/operations-port.ts'
import { dependenciesOf } from './ops/readiness.ts'
import { systemClock } from './ops/system-clock.ts'
import { systemSecrets } from './ops/system-secrets.ts'
import { createWebServer } from './ops/web-server.ts'
import { listen } from './listen.ts'
import {
  type IntegrationOptions,
  noIntegrations,
  openIntegrations,
} from './integrations/integrations.ts'
import { openBackends } from './open-backends.ts'
import { PROBE_PATH } from '../pairing/probe-answer.ts'
import { PAIRING_PATH } from '../pairing/messages.ts'
import { stretchPassphrase } from '../pairing/passphrase.ts'
import { admitOwner, type OwnerOptions } from './owner.ts'
import { openPairing } from './session-desk.ts'
import type { SharedBackends } from './shared-backends-port.ts'
import { prepareTls, type ServerTls } from './tls/server-tls.ts'

/** What clients and hooks are waited for in a drain; the rest of its ten seconds is for what lies behind (D16). */
const CLIENTS_WITHIN_MS = 7_000
const HOOKS_WITHIN_MS = 6_000

export interface ServerOptions {
  readonly dataDir: string
  readonly host: string
  /** 0 picks a free port. */
  readonly port: number
  /** Take another port when `port` is in use. */
  readonly fallbackPort?: boolean
  /** Of a new session, or a new name for the one in `dataDir`. */
  readonly sessionName?: string | undefined
  readonly sessionId?: SessionId | undefined
  /** What the nodes of one session share; left out for a file in `dataDir` and this process alone. */
  readonly shared?: SharedBackends | undefined
  readonly admission: HubOptions['admission']
  /** Left out: unencrypted, which clients take within one computer only. */
  readonly tls?: ServerTls | undefined
  readonly hub?: Partial<HubOptions>
  readonly door?: Partial<NativeDoorOptions>
  /** Codes and a passphrase let people in, by `/pair`. What session this is, `GET /landline` says in any case. */
  readonly pairing?: boolean
  /** Whose session it is: lets them in as its host. */
  readonly owner?: OwnerOptions | undefined
  /** Foreign clients that may come in; none unless said. */
  readonly doors?: Partial<DoorSwitches>
  /** Checks the bearer tokens of those who have one. */
  readonly verifyToken?: VerifyToken | undefined
  /** Lets them in by the native door as well. */
  readonly vouching?: Vouching | undefined
  /** Webhooks and bots; off unless said. */
  readonly integrations?: IntegrationOptions | undefined
  /** Time a client has to send the headers of its request. */
  readonly requestTimeoutMs?: number
  /** Bytes buffered for each connection; Node's own when left out. */
  readonly receiveBufferSize?: number
  /** What operators add; the app has none. */
  readonly operations?: Operations
  /** The system's when left out. */
  readonly clock?: Clock
}

export interface RunningServer {
  readonly kind: 'running'
  /** Over loopback when it listens everywhere. */
  readonly url: string
  readonly httpUrl: string
  readonly host: string
  readonly port: number
  readonly portChanged: boolean
  readonly session: { readonly id: SessionId; readonly name: string }
  /** What is told to everybody on the network of how one may come in. */
  notice(): { readonly selectors: string[]; readonly passphrase: boolean; readonly open: boolean }
  /** Bytes on disk of the session's log. */
  storageBytes(): Promise<number>
  /** Of the host's key; null without one. */
  readonly fingerprint: string | null
  /** Of the admin port; null without one. */
  readonly adminUrl: string | null
  readonly meter: CountingMeter
  devices(): readonly DeviceInfo[]
  onlinePeople(): number
  queuedBytes(): number
  /** Closes the connections of bearer tokens that are good no more; says how many. */
  endStays(isOver: (stay: TokenStay) => boolean): number
  /** Drains (D16). Calling it again waits for the same end. `stopped`: the host ended the session for now. */
  stop(reason?: 'restart' | 'stopped'): Promise<void>
}

export interface StartFault {
  readonly kind: 'failed'
  readonly code: 'port-in-use' | 'cannot-listen' | 'data-unusable' | 'tls-unusable'
  /** A sentence for the person who started it. */
  readonly message: string
}

export async function startServer(
  options: ServerOptions,
  log: Log,
): Promise<RunningServer | StartFault> {
  const secrets = systemSecrets()
  const { operations, clock = systemClock() } = options
  const meter = operations?.meter ?? countingMeter()
  const opened = await openBackends(options, { secrets, clock, log })
  if (opened.kind === 'failed') return { ...opened, code: 'data-unusable' }
  const { close: closeBackends } = opened
  const store = operations?.store(opened.store) ?? opened.store
  const fanOut = operations?.fanOut(opened.fanOut) ?? opened.fanOut
  const tls =
    options.tls === undefined ? null : await prepareTls(options.tls, options.dataDir, clock.now)
  if (tls?.kind === 'fault') {
    await closeBackends()
    return { kind: 'failed', code: 'tls-unusable', message: tls.message }
  }

  const hubOptions: HubOptions = {
    ...defaultHubOptions,
    ...options.hub,
    admission: options.admission,
    channel: tls?.fingerprint ?? NO_CHANNEL,
  }
  if (options.owner !== undefined) {
    const refused = await admitOwner(store.registry, options.owner, { clock, secrets })
    if (refused !== undefined) {
      await closeBackends()
      return { kind: 'failed', code: 'data-unusable', message: refused.message }
    }
  }
  const { id: sessionId } = store.session
  const stretch = (passphrase: string): Promise<string> => stretchPassphrase(passphrase, sessionId)
  const addressOf =
    operations?.addressOf ?? (({ socket }: IncomingMessage) => directAddress(socket))
  const integrations = await openIntegrations(
    {
      ...{ store, fanOut, clock, secrets, log, addressOf },
      wrongTries: hubOptions.wrongTries,
    },
    options.integrations ?? noIntegrations,
  )
  const ports = {
    ...{ store, fanOut, clock, secrets, meter, log, integrations: integrations.desk },
    ...(options.pairing === true ? { stretch } : {}),
    vouching: options.vouching,
    doorMember: (subject: string) =>
      createNameIds(sessionId).bearerMember(...issuerAndSubjectOf(subject)),
  }
  const hub = await createHub(ports, hubOptions)
  integrations.begin(hub)
  const memberOf = (subject: string): Promise<MemberId | undefined> =>
    store.registry.memberOfSubject(secrets.hash(subject)).catch((fault: unknown) => {
      log.warn({ fault: describe(fault) }, 'the store could not say whose a token is')
      return undefined
    })
  const door = createDoors(
    {
      ...{ hub, fanOut, clock, meter, log, session: store.session.id, uuid: secrets.uuid },
      addressOf,
      verifyToken: integrations.verifyToken(options.verifyToken),
      isOpen: hubOptions.admission.kind === 'open',
      memberOf,
    },
    { ...allDoorsClosed, ...options.doors },
    {
      maxFrameBytes: MAX_FRAME_BYTES,
      maxQueuedBytes: 1_048_576,
      closeTimeoutMs: 5_000,
      allowedOrigins: [],
      addressOf,
      isOneOfSeveral: options.shared !== undefined,
      ...options.door,
    },
  )

  let port = options.port
  const web = createWebServer({
    tls,
    timeoutMs: options.requestTimeoutMs ?? 10_000,
    clock,
    meter,
    log,
    highWaterMark: options.receiveBufferSize,
    // Some room above the hub's own limit, so that those over it are told so.
    maxSockets: () => hubOptions.connections.max + 256,
  })
  const pairing = openPairing(hub, {
    ...{ clock, meter, log, addressOf, tls: options.tls?.kind, host: options.host },
    shown: () => web.shown(),
    port: () => port,
    codes: store.codes,
    tokens: options.vouching === undefined ? 'none' : hubOptions.requireToken ? 'needed' : 'taken',
  })
  const { http } = web
  let isStopping = false
  http.on('connection', (socket) => operations?.connected(socket))
  http.on('request', (request, response) => {
    if (
      operations === undefined
        ? answerHealth(request, response, isStopping)
        : operations.answers(request, response)
    ) {
      return
    }
    if (pathOf(request) === PROBE_PATH) return pairing.answer(request, response)
    if (door.answer(request, response)) return
    if (integrations.answer(request, response)) return
    answerHttp(request, response)
  })
  http.on('upgrade', (request, raw, head) => {
    if (operations?.turnsAway(request, raw) === true) return
    if (hub.pairing !== undefined && pathOf(request) === PAIRING_PATH) {
      return pairing.upgrade(request, raw, head)
    }
    door.upgrade(request, raw, head)
  })

  const listening = await listen(http, options)
  if (listening.kind === 'failed') {
    return await giveUp(listening)
  }
  port = listening.port
  const operated = await operations?.start({
    state: {
      connections: () => hub.connectionCount(),
      onlinePeople: () => hub.onlinePeople(),
      queuedBytes: () => hub.queuedBytes(),
      shed: (maxBytes) => hub.shed(maxBytes),
      isDraining: () => isStopping,
    },
    dependencies: dependenciesOf(store, fanOut),
  })
  if (operated?.kind === 'fault') {
    return await giveUp({ kind: 'failed', code: 'cannot-listen', message: operated.message })
  }
  // One connection that cannot be taken (no memory, no file numbers) must not end all the others.
  http.on('error', (fault) => log.warn({ fault: describe(fault) }, 'the server could not accept'))

  async function giveUp(fault: StartFault): Promise<StartFault> {
    http.close()
    door.stop()
    pairing.dispose()
    await integrations.stop()
    web.dispose()
    hub.stop()
    await operations?.stop()
    await closeBackends()
    return fault
  }

  async function stopOnce(reason: 'restart' | 'stopped'): Promise<void> {
    isStopping = true
    http.close()
    const deadline = clock.monotonic() + CLIENTS_WITHIN_MS
    try {
      pairing.dispose()
      await Promise.all([inTime(integrations.stop(), HOOKS_WITHIN_MS, clock), hub.drain(reason)])
      await door.closed(Math.max(500, Math.min(5_000, deadline - clock.monotonic())))
    } finally {
      door.stop()
      web.dispose()
      hub.stop()
      await Promise.all([operations?.stop(), closeBackends()])
    }
  }
  let stopped: Promise<void> | undefined

  const shown = urlHost(options.host)
  return {
    kind: 'running',
    url: `${tls === null ? 'ws' : 'wss'}://${shown}:${port}/ws`,
    httpUrl: `${tls === null ? 'http' : 'https'}://${shown}:${port}`,
    host: options.host,
    port,
    portChanged: options.port !== 0 && port !== options.port,
    // A host may have given it another name since.
    session: { id: sessionId, name: hub.session.facts().name },
    notice: () => ({
      selectors: (hub.pairing?.codesLately() ?? []).map(selectorOf),
      passphrase: (hub.pairing?.passphrase() ?? null) !== null,
      open: hub.session.shown().access === 'open',
    }),
    storageBytes: () => store.storageBytes(),
    fingerprint: tls?.fingerprint ?? null,
    adminUrl: operated?.adminUrl ?? null,
    meter,
    devices: () => hub.devices(),
    onlinePeople: () => hub.onlinePeople(),
    queuedBytes: () => hub.queuedBytes(),
    endStays: (isOver) => hub.endStays(isOver),
    stop: (reason = 'restart') => (stopped ??= stopOnce(reason)),
  }
}

function urlHost(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1'
  if (host === '::') return '[::1]'
  return host.includes(':') ? `[${host}]` : host
}

function describe(fault: unknown): string {
  return fault instanceof Error ? fault.message : String(fault)
}

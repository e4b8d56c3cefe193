/** A running server with its doors open, and the clients people already have. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type HubConnection,
  HubConnectionBuilder,
  HttpTransportType,
  type IHttpConnectionOptions,
  type IHubProtocol,
  JsonHubProtocol,
  LogLevel,
} from '@microsoft/signalr'
import { MessagePackHubProtocol } from '@microsoft/signalr-protocol-msgpack'
import { jwtVerify, SignJWT } from 'jose'
import { rawClient, type RawClient, rawPerson } from '../../../testing/raw-client.ts'
import type { VerifyToken } from '../../auth/verify-token.ts'
import { vouchingOf } from '../../auth/vouching-of-tokens.ts'
import type { Log } from '../../hub/ports.ts'
import { type RunningServer, type ServerOptions, startServer } from '../../start-server.ts'

const KEY = new TextEncoder().encode('a key of thirty-two bytes or more')

export const generous = { perMinute: 1_000_000, burst: 100_000, saved: 0, floodPerMinute: 100_000 }

export const PROTOCOLS: readonly {
  readonly name: string
  readonly protocol: () => IHubProtocol
}[] = [
  { name: 'JSON', protocol: () => new JsonHubProtocol() },
  { name: 'MessagePack', protocol: () => new MessagePackHubProtocol() },
]

const SILENT: Log = { info() {}, warn() {} }

/** Checks tokens as the server's own verifier does, with one key. */
const verifierAt =
  (now: () => number): VerifyToken =>
  async (token) => {
    try {
      const { payload } = await jwtVerify(token, KEY, { currentDate: new Date(now()) })
      const subject = payload.sub ?? ''
      return {
        kind: 'claims',
        issuer: payload.iss ?? '',
        subject,
        name: typeof payload['name'] === 'string' ? payload['name'] : subject,
        roles: Array.isArray(payload['roles']) ? payload['roles'].map(String) : [],
        tokenId: payload.jti,
        expiresAt: (payload.exp ?? 4_000_000_000) * 1_000,
        all: payload,
      }
    } catch {
      return { kind: 'fault', code: 'wrong-signature', message: 'The token is not good.' }
    }
  }

export function tokenFor(
  subject: string,
  claims: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  return new SignJWT({ ...claims, sub: subject, iss: 'the tests' })
    .setProtectedHeader({ alg: 'HS256' })
    .sign(KEY)
}

export interface DoorKit {
  readonly server: RunningServer
  /** The SignalR hub's address. */
  readonly hubUrl: string
  /** Somebody in the app, connected and caught up. */
  native(name: string): Promise<RawClient>
  stop(): Promise<void>
}

export async function doorKit(
  options: Partial<ServerOptions> = {},
  log: Log = SILENT,
): Promise<DoorKit> {
  const verifyToken = verifierAt(options.clock?.now ?? Date.now)
  const dataDir = mkdtempSync(join(tmpdir(), 'landline-doors-'))
  const started = await startServer(
    {
      ...{ dataDir, host: '127.0.0.1', port: 0, admission: { kind: 'open' } },
      ...{ verifyToken, vouching: vouchingOf(verifyToken) },
      hub: { writes: generous },
      doors: { signalr: true, plain: true, game: true, plainDoor: { echo: false } },
      ...options,
    },
    log,
  )
  if (started.kind === 'failed') throw new Error(started.message)
  return {
    server: started,
    hubUrl: `${started.httpUrl}/hubs/chat`,
    async native(name) {
      const client = await rawClient(started.url, rawPerson(name))
      await client.enter()
      return client
    },
    async stop() {
      await started.stop()
      rmSync(dataDir, { recursive: true })
    },
  }
}

const EVENTS = [
  'Welcome',
  'UserConnected',
  'UserDisconnected',
  'ReceiveMessage',
  'ReceivePrivateMessage',
  'PrivateMessageSent',
  'UserJoinedGroup',
  'UserLeftGroup',
  'ReceiveGroupMessage',
  'ReceiveAuthenticatedMessage',
  'UserTyping',
] as const
export type EventName = (typeof EVENTS)[number]

/** An unmodified SignalR client, and everything it was told. */
export interface SignalrClient {
  readonly connection: HubConnection
  /** The next one of this name that nobody took. */
  next(name: EventName): Promise<Record<string, unknown>>
  /** Everything of this name so far. */
  all(name: EventName): unknown[]
  invoke<Result = unknown>(method: string, ...args: unknown[]): Promise<Result>
}

export function signalrClient(
  url: string,
  options: {
    readonly protocol?: IHubProtocol
    readonly http?: IHttpConnectionOptions
    readonly build?: (builder: HubConnectionBuilder) => HubConnectionBuilder
  } = {},
): SignalrClient {
  const builder = new HubConnectionBuilder()
    .withUrl(url, { transport: HttpTransportType.WebSockets, ...options.http })
    .withHubProtocol(options.protocol ?? new JsonHubProtocol())
    .configureLogging(LogLevel.None)
  const connection = (options.build?.(builder) ?? builder).build()
  const told = new Map<EventName, unknown[]>()
  const taken = new Map<EventName, number>()
  let looks: (() => void)[] = []
  for (const name of EVENTS) {
    told.set(name, [])
    connection.on(name, (value: unknown) => {
      told.get(name)?.push(value)
      for (const look of looks.splice(0)) look()
    })
  }
  return {
    connection,
    all: (name) => told.get(name) ?? [],
    async next(name) {
      const index = taken.get(name) ?? 0
      taken.set(name, index + 1)
      for (;;) {
        const value = told.get(name)?.[index]
        if (value !== undefined) return value as Record<string, unknown>
        await new Promise<void>((resolve) => looks.push(resolve))
      }
    },
    invoke: (method, ...args) => connection.invoke(method, ...args),
  }
}

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { NotIdentified } from '../guest/identify.ts'

/** The newest version of `negotiate` this speaks; 0 has no connection token. */
const NEWEST_VERSION = 1

export interface NegotiateRequest {
  readonly kind: 'negotiate'
  readonly request: IncomingMessage
  readonly version: number
  readonly mayResume: boolean
  readonly cors: Readonly<Record<string, string>>
}

export interface NegotiateAnswer {
  readonly connectionId: string
  readonly token: string
  readonly mayResume: boolean
}

interface Answered {
  readonly kind: 'answered'
  answer(response: ServerResponse): void
}

/** Undefined when the request is not for this hub. */
export function readNegotiate(
  request: IncomingMessage,
  hubPath: string,
  allowedOrigins: readonly string[],
): NegotiateRequest | Answered | undefined {
  const [path = '', query = ''] = (request.url ?? '').split('?', 2)
  if (path !== hubPath && path !== `${hubPath}/negotiate`) return undefined
  const { origin } = request.headers
  if (origin !== undefined && !allowedOrigins.includes(origin)) {
    return answered(403, { error: 'Pages of this origin may not connect.' }, {})
  }
  const cors = origin === undefined ? {} : corsHeaders(origin, request)
  if (request.method === 'OPTIONS') return answered(204, undefined, cors)
  if (path === hubPath) {
    const upgrade = { ...cors, Upgrade: 'websocket' }
    return answered(426, { error: 'Connect with a SignalR client over WebSockets.' }, upgrade)
  }
  if (request.method !== 'POST')
    return answered(405, { error: 'POST is needed.' }, { ...cors, Allow: 'POST' })
  const parameters = new URLSearchParams(query)
  const wanted = Number(parameters.get('negotiateVersion') ?? 0)
  return {
    kind: 'negotiate',
    request,
    version: wanted >= NEWEST_VERSION ? NEWEST_VERSION : 0,
    mayResume: parameters.get('useStatefulReconnect')?.toLowerCase() === 'true',
    cors,
  }
}

export function answerNegotiate(
  { version, cors }: NegotiateRequest,
  response: ServerResponse,
  result: NegotiateAnswer | NotIdentified,
): void {
  if ('status' in result) {
    const challenge = result.status === 401 ? { 'WWW-Authenticate': 'Bearer' } : {}
    return end(response, result.status, { error: result.message }, { ...cors, ...challenge })
  }
  const { connectionId, token, mayResume } = result
  end(
    response,
    200,
    {
      negotiateVersion: version,
      connectionId,
      ...(version === 0 ? {} : { connectionToken: token }),
      ...(mayResume ? { useStatefulReconnect: true } : {}),
      availableTransports: [{ transport: 'WebSockets', transferFormats: ['Text', 'Binary'] }],
    },
    cors,
  )
}

/** A page of another origin sends its credentials, and the header that SignalR adds. */
function corsHeaders(origin: string, request: IncomingMessage): Record<string, string> {
  const asked = request.headers['access-control-request-headers']
  return {
    'Access-Control-Allow-Origin': origin,
    'Access-Control-Allow-Credentials': 'true',
    Vary: 'Origin',
    ...(asked === undefined
      ? {}
      : { 'Access-Control-Allow-Methods': 'POST', 'Access-Control-Allow-Headers': asked }),
  }
}

function answered(
  status: number,
  body: object | undefined,
  headers: Readonly<Record<string, string>>,
): Answered {
  return { kind: 'answered', answer: (response) => end(response, status, body, headers) }
}

function end(
  response: ServerResponse,
  status: number,
  body: object | undefined,
  headers: Readonly<Record<string, string>>,
): void {
  response.writeHead(status, {
    ...headers,
    ...(body === undefined ? {} : { 'Content-Type': 'application/json; charset=utf-8' }),
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
  })
  response.end(body === undefined ? undefined : JSON.stringify(body))
}

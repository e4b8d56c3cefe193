import type { IncomingMessage, ServerResponse } from 'node:http'

/** Health for whoever looks, where no operator says who may ask what. */
export function answerHealth(
  request: IncomingMessage,
  response: ServerResponse,
  isStopping: boolean,
): boolean {
  if (pathOf(request) !== '/health' || !isReading(request)) return false
  answerJson(response, isStopping ? 503 : 200, { status: isStopping ? 'stopping' : 'ok' })
  return true
}

export function isReading({ method }: Pick<IncomingMessage, 'method'>): boolean {
  return method === 'GET' || method === 'HEAD'
}

/** Answers plain HTTP: a hint for those who meant the WebSocket. */
export function answerHttp(request: IncomingMessage, response: ServerResponse): void {
  const pathname = pathOf(request)
  if (pathname === '/ws') {
    response.setHeader('Upgrade', 'websocket')
    return answerJson(response, 426, { error: 'Connect with a WebSocket client.' })
  }
  answerJson(response, 404, { error: 'There is nothing here.' })
}

/** To those who came without encryption where there is none but that; written to the bare socket. */
export const ONLY_ENCRYPTED = [
  'HTTP/1.1 400 Bad Request',
  'Content-Type: application/json; charset=utf-8',
  'Connection: close',
  '',
  '{"error":"This server is encrypted: use https:// or wss://."}',
].join('\r\n')

export function answerJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, {
    'Content-Type': 'application/json; charset=utf-8',
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
  })
  response.end(JSON.stringify(body))
}

/** Without the query; never throws, whatever was asked for. */
export function pathOf(request: IncomingMessage): string {
  return (request.url ?? '').split('?', 1)[0] ?? ''
}

export function queryOf(request: IncomingMessage): URLSearchParams {
  const [, ...query] = (request.url ?? '').split('?')
  return new URLSearchParams(query.join('?'))
}

import type { IncomingMessage, ServerResponse } from 'node:http'

/** Answers plain HTTP: health for whoever watches, and a hint for those who meant the WebSocket. */
export function answerHttp(
  request: IncomingMessage,
  response: ServerResponse,
  isStopping: () => boolean,
): void {
  const pathname = pathOf(request)
  if (pathname === '/health' && (request.method === 'GET' || request.method === 'HEAD')) {
    const status = isStopping() ? 'stopping' : 'ok'
    return answer(response, isStopping() ? 503 : 200, { status })
  }
  if (pathname === '/ws') {
    response.setHeader('Upgrade', 'websocket')
    return answer(response, 426, { error: 'Connect with a WebSocket client.' })
  }
  answer(response, 404, { error: 'There is nothing here.' })
}

/** To those who came without encryption where there is none but that; written to the bare socket. */
export const ONLY_ENCRYPTED = [
  'HTTP/1.1 400 Bad Request',
  'Content-Type: application/json; charset=utf-8',
  'Connection: close',
  '',
  '{"error":"This server is encrypted: use https:// or wss://."}',
].join('\r\n')

function answer(response: ServerResponse, status: number, body: object): void {
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

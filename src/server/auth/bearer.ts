import type { IncomingMessage } from 'node:http'

const LONGEST_TOKEN = 16_384

/**
 * The token of a request: from `Authorization: Bearer`, or, for browsers' WebSockets, which cannot set headers,
 * from `access_token` in the query. The header wins. Undefined without one.
 */
export function bearerOf(request: Pick<IncomingMessage, 'headers' | 'url'>): string | undefined {
  const [, inHeader] = /^Bearer +(\S+) *$/i.exec(request.headers.authorization ?? '') ?? []
  const token = inHeader ?? queryOf(request.url ?? '').get('access_token') ?? undefined
  return token === undefined || token === '' || token.length > LONGEST_TOKEN ? undefined : token
}

/** A URL or request target, or a line of a log that holds some, as it may be written down. */
export function redactUrl(url: string): string {
  return url
    .replace(/([?&;](?:access_token|token|secret|invite|k)=)[^&#\s"'\\]*/gi, '$1[redacted]')
    .replace(/(\/hooks\/[\da-f-]+\/)[\w-]+/gi, '$1[redacted]')
    .replace(/\bllb_[\w-]+/g, 'llb_[redacted]')
}

function queryOf(url: string): URLSearchParams {
  const start = url.indexOf('?')
  return new URLSearchParams(start === -1 ? '' : url.slice(start + 1))
}

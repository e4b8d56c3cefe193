import type { IncomingMessage } from 'node:http'

const LONGEST_TOKEN = 16_384

/**
 * The token of a request: from `Authorization: Bearer`, or, for browsers' WebSockets, which cannot set headers,
 * from `access_token` in the query. The header wins. Undefined without one.
 */
export function bearerOf(request: Pick<IncomingMessage, 'headers' | 'url'>): string | undefined {
  const [, inHeader] = /^Bearer +(\S+) *$/i.exec(request.headers.authorization ?? '') ?? []
  const token = inHeader ?? inQuery(request.url ?? '')
  return token === undefined || token === '' || token.length > LONGEST_TOKEN ? undefined : token
}

/** A URL or request target, or a line of a log that holds some, as it may be written down. */
export function redactUrl(url: string): string {
  return url
    .replace(/([?&;](?:access_token|token|secret|invite|k)=)[^&#\s"'\\]*/gi, '$1[redacted]')
    .replace(/(\/hooks\/[\da-f-]+\/)[\w-]+/gi, '$1[redacted]')
    .replace(/\bllb_[\w-]+/g, 'llb_[redacted]')
}

/** Under this very name: another way of writing it would be taken, and not be redacted. */
function inQuery(url: string): string | undefined {
  const [, value] = /[?&]access_token=([^&#]*)/.exec(url) ?? []
  return value === undefined ? undefined : (new URLSearchParams(`_=${value}`).get('_') ?? undefined)
}

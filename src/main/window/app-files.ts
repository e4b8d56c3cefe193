import { extname, resolve, sep } from 'node:path'

/**
 * The app's own scheme instead of file: pages get an origin of their own, and nothing outside the
 * renderer's folder can be named. Pure: decides which file answers a request, reads nothing.
 */
export const APP_SCHEME = 'landline-app'
export const APP_ORIGIN = `${APP_SCHEME}://app`
export const APP_URL = `${APP_ORIGIN}/index.html`

/** No inline script, no eval, nothing from the network: the window only talks through the bridge. */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const MIME_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.woff': 'font/woff',
  '.wav': 'audio/wav',
}

export type FileAnswer =
  | { readonly kind: 'file'; readonly path: string; readonly mimeType: string }
  | { readonly kind: 'refused'; readonly status: 400 | 404 | 405 }

/** Maps a request to a file inside `root` (absolute), or says why not. */
export function resolveAppFile(root: string, url: string, method: string): FileAnswer {
  if (method !== 'GET' && method !== 'HEAD') return { kind: 'refused', status: 405 }
  let path: string
  try {
    const parsed = new URL(url)
    if (parsed.protocol !== `${APP_SCHEME}:` || parsed.host !== 'app') {
      return { kind: 'refused', status: 404 }
    }
    path = decodeURIComponent(parsed.pathname)
  } catch {
    return { kind: 'refused', status: 400 }
  }
  // Drive letters, backslashes and NUL mean different things to different systems.
  if (/[\\\0:]/.test(path)) return { kind: 'refused', status: 400 }
  const file = resolve(root, `.${path.endsWith('/') ? `${path}index.html` : path}`)
  // Decoding reveals what URL normalisation could not see: %2e%2e%2f.
  if (!file.startsWith(root + sep)) return { kind: 'refused', status: 400 }
  const mimeType = MIME_TYPES[extname(file).toLowerCase()]
  return mimeType === undefined
    ? { kind: 'refused', status: 404 }
    : { kind: 'file', path: file, mimeType }
}

export function responseHeaders(mimeType: string): Record<string, string> {
  return {
    'Content-Type': mimeType,
    'Content-Security-Policy': CONTENT_SECURITY_POLICY,
    'X-Content-Type-Options': 'nosniff',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Referrer-Policy': 'no-referrer',
    'Cache-Control': 'no-cache',
  }
}

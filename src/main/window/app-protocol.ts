import { readFile } from 'node:fs/promises'
import { protocol } from 'electron'
import { APP_SCHEME, resolveAppFile, responseHeaders } from './app-files.ts'

/** Must run before the app is ready: afterwards Chromium has decided what schemes may do. */
export function registerAppScheme(): void {
  protocol.registerSchemesAsPrivileged([
    {
      scheme: APP_SCHEME,
      privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true },
    },
  ])
}

/** Serves the renderer's files, and nothing else, under the app's own scheme. */
export function serveAppFiles(root: string): void {
  protocol.handle(APP_SCHEME, async (request) => {
    const answer = resolveAppFile(root, request.url, request.method)
    if (answer.kind === 'refused') return refusal(answer.status)
    try {
      const body = await readFile(answer.path)
      return new Response(request.method === 'HEAD' ? null : new Uint8Array(body), {
        headers: responseHeaders(answer.mimeType),
      })
    } catch {
      return refusal(404)
    }
  })
}

function refusal(status: number): Response {
  return new Response(null, { status, headers: responseHeaders('text/plain; charset=utf-8') })
}

import { once } from 'node:events'
import { type ClientOptions, WebSocket } from 'ws'

/** A bare WebSocket, as the guide's clients have it, and everything it was sent. */
export interface PlainClient {
  readonly webSocket: WebSocket
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>
  say(message: object | string | Buffer): void
  /** The next frame: an object for JSON, the text for other text, a Buffer for binary. */
  next(): Promise<unknown>
  /** Frames nobody took. */
  readonly untaken: readonly unknown[]
}

export async function plainClient(
  url: string,
  subprotocol?: string,
  options: ClientOptions = {},
): Promise<PlainClient> {
  const webSocket = new WebSocket(url, subprotocol === undefined ? [] : [subprotocol], options)
  const untaken: unknown[] = []
  const looks: (() => void)[] = []
  const look = (): void => {
    for (const each of looks.splice(0)) each()
  }
  webSocket.on('message', (data, isBinary) => {
    untaken.push(isBinary ? data : read((data as Buffer).toString()))
    look()
  })
  const closed = new Promise<{ code: number; reason: string }>((resolve) =>
    webSocket.on('close', (code, reason) => {
      resolve({ code, reason: reason.toString() })
      look()
    }),
  )
  await once(webSocket, 'open')
  return {
    webSocket,
    closed,
    untaken,
    say: (message) =>
      webSocket.send(
        typeof message === 'string' || Buffer.isBuffer(message) ? message : JSON.stringify(message),
      ),
    async next() {
      while (untaken.length === 0) {
        if (webSocket.readyState === WebSocket.CLOSED) throw new Error('closed while waiting')
        await new Promise<void>((resolve) => looks.push(resolve))
      }
      return untaken.shift()
    },
  }
}

function read(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

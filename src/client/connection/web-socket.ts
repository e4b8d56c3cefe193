import WebSocket from 'ws'
import { CloseCode } from '../../protocol/errors.ts'
import { MAX_FRAME_BYTES } from '../../protocol/limits.ts'
import { SUBPROTOCOL } from '../../protocol/version.ts'
import { isLoopbackHost } from './host-trust.ts'
import { openSecurely, targetOf } from './secure-connection.ts'
import type { Dial, WireListener, WireSocket } from './wire-socket.ts'

/** A peer that does not finish a polite close within this is cut. */
const CLOSE_TIMEOUT_MS = 2_000

/** Real sockets: encrypted where the host has a key or a certificate, plain only within this computer. */
export const dialWebSocket: Dial = (url, listener, trust) => {
  // An invite can name what looks like an address and is none, such as 999.1.1.1.
  if (!URL.canParse(url)) {
    return dialInTwoSteps(() => {
      const told = setImmediate(() => listener.closed(CLOSED_ABNORMALLY, 'not an address'))
      return () => clearImmediate(told)
    })
  }
  const target = targetOf(url)
  if (trust.kind !== 'none') {
    return dialInTwoSteps((done) =>
      openSecurely(target, trust, (secured) => {
        if (secured.kind === 'distrusted') return listener.distrusted(secured.why)
        if (secured.kind === 'failed') return listener.closed(CLOSED_ABNORMALLY, secured.detail)
        // There was no WebSocket to say a word of HTTP before this line.
        done(speak(url, listener, { createConnection: () => secured.socket }))
      }),
    )
  }
  if (isLoopbackHost(target.host)) return speak(url, listener, {})
  return dialInTwoSteps(() => {
    const told = setImmediate(() => listener.distrusted('unencrypted'))
    return () => clearImmediate(told)
  })
}

const CLOSED_ABNORMALLY = 1006

/** A socket whose WebSocket comes later, or never. */
function dialInTwoSteps(begin: (done: (socket: WireSocket) => void) => () => void): WireSocket {
  let socket: WireSocket | null = null
  const giveUp = begin((opened) => (socket = opened))
  return {
    send: (frame) => socket?.send(frame),
    close: (code, reason) => (socket === null ? giveUp() : socket.close(code, reason)),
    drop: () => (socket === null ? giveUp() : socket.drop()),
  }
}

/** Small frames are not compressed: it costs more than it saves (performance.md). */
function speak(
  url: string,
  listener: WireListener,
  transport: Pick<WebSocket.ClientOptions, 'createConnection'>,
): WireSocket {
  const socket = new WebSocket(url, SUBPROTOCOL, {
    perMessageDeflate: false,
    maxPayload: MAX_FRAME_BYTES,
    followRedirects: false,
    skipUTF8Validation: false,
    ...transport,
  })
  let detail = ''
  let listening = true
  const stopListening = (): void => {
    listening = false
  }

  socket.on('open', () => {
    if (listening) listener.opened()
  })
  socket.on('message', (data, isBinary) => {
    if (!listening) return
    // The native wire has no binary frames; a server that sends one is told so by the close code.
    if (isBinary) socket.close(CloseCode.malformed, 'text frames only')
    else listener.frame(textOf(data))
  })
  socket.on('ping', () => {
    if (listening) listener.heard()
  })
  socket.on('pong', () => {
    if (listening) listener.heard()
  })
  // `ws` reports an error before the close it causes; without a listener it would be thrown.
  socket.on('error', (error) => {
    detail = 'code' in error && typeof error.code === 'string' ? error.code : error.message
  })
  socket.on('close', (code, reason) => {
    if (listening) listener.closed(code, detail === '' ? reason.toString('utf8') : detail)
  })

  return {
    send: (frame) => socket.send(frame, () => {}),
    close(code, reason) {
      stopListening()
      socket.close(code, reason)
      const timer = setTimeout(() => socket.terminate(), CLOSE_TIMEOUT_MS)
      timer.unref()
      socket.once('close', () => clearTimeout(timer))
    },
    drop() {
      stopListening()
      socket.terminate()
    },
  }
}

function textOf(data: WebSocket.RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString('utf8')
  return Buffer.isBuffer(data) ? data.toString('utf8') : Buffer.from(data).toString('utf8')
}

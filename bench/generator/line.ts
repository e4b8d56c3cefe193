/** One WebSocket over a plain socket, without a WebSocket library: a client of ws would be the bottleneck. */
import { once } from 'node:events'
import { connect as connectPlain, type Socket } from 'node:net'
import { connect as connectEncrypted } from 'node:tls'
import { clientText, createFrameReader, type FrameReader, type TakeFrame } from './frames.ts'

/** All plain sockets read into it, one after the other. */
const shared = Buffer.allocUnsafe(262_144)
const END_OF_HEADERS = Buffer.from('\r\n\r\n')
const PONG = 10
const PING = 9
const CLOSE = 8

export interface Opening {
  readonly port: number
  /** Left out: frames from the first byte on, no HTTP. */
  readonly path?: string
  readonly subprotocol?: string
  readonly encrypted: boolean
}

export interface Line {
  readonly socket: Socket
  write(frame: Buffer): void
  say(text: string): void
  /** Resolves when it is gone. */
  close(): Promise<void>
}

/** Resolves when frames can be sent. `lost` is told when the other side ends it. */
export async function openLine(
  opening: Opening,
  take: TakeFrame,
  lost: (why: string) => void,
): Promise<Line> {
  const { port, path, encrypted } = opening
  let upgraded = (): void => {}
  let refused = (_fault: Error): void => {}
  let isUpgraded = path === undefined
  let isClosing = false
  let head = Buffer.alloc(0)

  const reader: FrameReader = createFrameReader((bytes, start, end, opcode) => {
    if (opcode === 1) take(bytes, start, end, opcode)
    else if (opcode === PING) socket.write(clientText(bytes.toString('latin1', start, end), PONG))
    else if (opcode === CLOSE)
      gone(`closed with ${end - start >= 2 ? bytes.readUInt16BE(start) : '-'}`)
  })

  function gone(why: string): void {
    if (isClosing) return
    isClosing = true
    refused(new Error(`the server ended a connection: ${why}`))
    lost(why)
  }

  function feed(bytes: Buffer): void {
    if (isUpgraded) return reader.feed(bytes)
    head = Buffer.concat([head, bytes])
    const end = head.indexOf(END_OF_HEADERS)
    if (end === -1) return
    const [status] = head.toString('latin1', 0, end).split('\r\n')
    if (status?.startsWith('HTTP/1.1 101') !== true)
      return refused(new Error(`the server answered: ${status}`))
    isUpgraded = true
    upgraded()
    if (head.length > end + 4) reader.feed(head.subarray(end + 4))
  }

  const socket = encrypted
    ? connectEncrypted({ host: '127.0.0.1', port, rejectUnauthorized: false })
    : connectPlain({
        ...{ host: '127.0.0.1', port, noDelay: true },
        onread: {
          buffer: shared,
          callback(size) {
            feed(shared.subarray(0, size))
            return true
          },
        },
      })
  if (encrypted) socket.on('data', feed)
  socket.on('error', (fault) => gone(fault.message))
  socket.on('close', () => gone('closed'))

  await once(socket, encrypted ? 'secureConnect' : 'connect')
  if (!isUpgraded) {
    await new Promise<void>((resolve, reject) => {
      upgraded = resolve
      refused = reject
      socket.write(upgradeRequest(opening))
    })
  }
  return {
    socket,
    write: (frame) => void socket.write(frame),
    say: (text) => void socket.write(clientText(text)),
    async close() {
      isClosing = true
      if (socket.destroyed) return
      const closed = once(socket, 'close')
      // At once, as a line breaks: what is measured is coming back.
      socket.resetAndDestroy()
      await closed
    },
  }
}

function upgradeRequest({ path, subprotocol }: Opening): string {
  return [
    `GET ${path} HTTP/1.1`,
    'Host: 127.0.0.1',
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Version: 13',
    ...(subprotocol === undefined ? [] : [`Sec-WebSocket-Protocol: ${subprotocol}`]),
    '\r\n',
  ].join('\r\n')
}

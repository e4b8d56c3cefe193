/**
 * What `socket.write` itself allows: one write for each socket and turn, of bytes that are ready, without HTTP,
 * WebSocket, JSON or a store.
 */
import { createServer, type Socket } from 'node:net'
import { textFrame } from '../../src/server/doors/native/text-frames.ts'
import { listening } from './listening.ts'

const FRAME = textFrame('x'.repeat(400))
const sockets = new Set<Socket>()
let asked = 0

function answer(): void {
  const bytes = Buffer.concat(Array.from({ length: asked }, () => FRAME))
  asked = 0
  for (const socket of sockets) socket.write(bytes)
}

listening(
  createServer({ noDelay: true }, (socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
    socket.on('data', (bytes) => {
      if (asked === 0) setImmediate(answer)
      asked += bytes.length
    })
  }),
)

/** Raw ws as most people write it: parse, stringify, `send(string)` to each, nothing stored. */
import { createServer } from 'node:http'
import { WebSocketServer, type WebSocket } from 'ws'
import { listening } from './listening.ts'

const rooms = new Map<string, { readonly people: Set<WebSocket>; seq: number }>()
const http = createServer()
const server = new WebSocketServer({ server: http, perMessageDeflate: false })
server.on('connection', (webSocket, request) => {
  const name = request.url ?? ''
  let room = rooms.get(name)
  if (room === undefined) rooms.set(name, (room = { people: new Set(), seq: 0 }))
  const { people } = room
  const here = room
  people.add(webSocket)
  webSocket.on('close', () => people.delete(webSocket))
  webSocket.on('error', () => {})
  webSocket.on('message', (data) => {
    const { id, text } = JSON.parse((data as Buffer).toString()) as { id: string; text: string }
    const seq = ++here.seq
    const event = JSON.stringify({ type: 'event', room: name, seq, at: Date.now(), id, text })
    webSocket.send(JSON.stringify({ type: 'ack', id, seq }))
    for (const one of people) one.send(event)
  })
})
listening(http)

/**
 * socket.io with connection state recovery. With a file as its argument every message is a transaction of its own
 * in SQLite, synced to disk before it is acknowledged.
 */
import { createServer } from 'node:http'
import Database from 'better-sqlite3'
import { Server } from 'socket.io'
import { listening } from './listening.ts'

const [file] = process.argv.slice(2)
const http = createServer()
const io = new Server(http, {
  transports: ['websocket'],
  connectionStateRecovery: { maxDisconnectionDuration: 120_000, skipMiddlewares: true },
})
let seq = 0
const store = file === undefined ? undefined : openStore(file)

io.on('connection', (socket) => {
  const { room = 'common' } = socket.handshake.auth as { room?: string }
  void socket.join(room)
  socket.on('post', ({ text }: { text: string }, ack: (answer: { seq: number }) => void) => {
    const event = { room, seq: ++seq, at: Date.now(), id: `${socket.id}-${seq}`, text }
    store?.run(event.id, room, seq, event.at, text)
    ack({ seq })
    io.to(room).emit('event', event)
  })
})
listening(http)

function openStore(name: string): Database.Statement<unknown[]> {
  const db = new Database(name)
  db.pragma('journal_mode = WAL')
  db.pragma('synchronous = FULL')
  db.exec(
    `CREATE TABLE messages (num INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, room TEXT NOT NULL,
       seq INTEGER NOT NULL, at INTEGER NOT NULL, text TEXT NOT NULL, UNIQUE (room, seq))`,
  )
  return db.prepare('INSERT INTO messages (id, room, seq, at, text) VALUES (?, ?, ?, ?, ?)')
}

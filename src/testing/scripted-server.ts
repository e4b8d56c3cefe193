/** The far end of a client's sockets, played by the test: it sees every frame and decides every answer. */
import type { Dial, WireListener } from '../client/connection/wire-socket.ts'
import type { DistrustReason } from '../client/views.ts'
import type { ClientMessage } from '../protocol/client-messages.ts'
import { decodeClientMessage, encode } from '../protocol/codec.ts'
import type { ServerMessage } from '../protocol/server-messages.ts'

export interface ScriptedConnection {
  readonly url: string
  /** Frames the client sent on this connection, oldest first; `take` hands over those not yet taken. */
  readonly sent: readonly ClientMessage[]
  take(): readonly ClientMessage[]
  /** How the client ended it, when it did. */
  readonly ended: () => 'closed' | 'dropped' | null
  open(): void
  say(...messages: ServerMessage[]): void
  sayRaw(frame: string): void
  ping(): void
  close(code: number): void
  /** As if somebody else had answered. */
  distrust(why: DistrustReason): void
}

export interface ScriptedServer {
  readonly dial: Dial
  readonly connections: readonly ScriptedConnection[]
  /** The newest one. */
  current(): ScriptedConnection
}

export function scriptedServer(): ScriptedServer {
  const connections: ScriptedConnection[] = []
  return {
    dial(url, listener) {
      const { connection, socket } = connect(url, listener)
      connections.push(connection)
      return socket
    },
    connections,
    current() {
      const newest = connections.at(-1)
      if (newest === undefined) throw new Error('the client has not dialled')
      return newest
    },
  }
}

function connect(url: string, listener: WireListener) {
  const sent: ClientMessage[] = []
  let taken = 0
  let ended: 'closed' | 'dropped' | null = null
  const connection: ScriptedConnection = {
    url,
    sent,
    take() {
      const fresh = sent.slice(taken)
      taken = sent.length
      return fresh
    },
    ended: () => ended,
    open: () => listener.opened(),
    say(...messages) {
      for (const message of messages) listener.frame(encode(message))
    },
    sayRaw: (frame) => listener.frame(frame),
    ping: () => listener.heard(),
    close: (code) => listener.closed(code, ''),
    distrust: (why) => listener.distrusted(why),
  }
  const socket = {
    send(frame: string): void {
      const decoded = decodeClientMessage(frame)
      // A client that sends what the wire does not allow is wrong, whatever the test is about.
      if (decoded.kind === 'fault') throw new Error(`malformed frame: ${decoded.message}`)
      if (ended === null) sent.push(decoded.message)
    },
    close(): void {
      ended = 'closed'
    },
    drop(): void {
      ended = 'dropped'
    },
  }
  return { connection, socket }
}

import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { ForeignDoor, ForeignDoorPorts } from '../foreign-door.ts'
import { statusLine } from '../guest/identify.ts'
import { refuseUpgrade } from '../native/refuse-upgrade.ts'
import { createRecentIds } from '../recent-ids.ts'
import { createWebSockets } from '../web-sockets.ts'
import { createPlainConnection, type PlainConnection } from './plain-connection.ts'
import { anyClientSchemas, chatClientSchemas, gameClientSchemas } from './plain-messages.ts'
import { createPlayers } from './players.ts'

export const PLAIN_PATH = '/ws'
export const PLAIN_SUBPROTOCOL = 'chat'
const RELAYED_KEPT = 10_000

export interface PlainDoorOptions {
  /** Chat clients (G4). */
  readonly chat: boolean
  /** Game clients (G7). */
  readonly game: boolean
  /** Answers what it does not know with `Echo: …`, as the guide's server does; for trying clients out. */
  readonly echo: boolean
}

/** JSON messages over a WebSocket, for clients that know no protocol but that. */
export function createPlainDoor(ports: ForeignDoorPorts, options: PlainDoorOptions): ForeignDoor {
  const { identify, meter, limits } = ports
  const webSockets = createWebSockets(ports, { ...limits, subprotocols: [PLAIN_SUBPROTOCOL] })
  const connections = new Set<PlainConnection>()
  const players = createPlayers()
  const relayed = createRecentIds(RELAYED_KEPT)
  const taken = new Set([
    ...Object.keys(anyClientSchemas),
    ...(options.chat ? Object.keys(chatClientSchemas) : []),
    ...(options.game ? Object.keys(gameClientSchemas) : []),
  ])

  async function connect(request: IncomingMessage, raw: Duplex, head: Buffer): Promise<void> {
    const who = await identify.whoIs(request, { byCookie: true })
    if (raw.destroyed) return
    if (who.kind === 'refused') return refuse(raw, statusLine(who.status))
    const version = String(request.headers['x-client-version'] ?? '').replaceAll(/[^\w.+-]/g, '')
    const device = version === '' ? 'WebSocket client' : `WebSocket client ${version.slice(0, 40)}`
    const entered = identify.enter(who.person, device)
    if (entered.kind === 'refused') return refuse(raw, statusLine(entered.status))
    let isAccepted = false
    // ws ends a request that is no proper upgrade by itself.
    raw.once('close', () => {
      if (!isAccepted) entered.leave()
    })
    webSockets.accept(request, raw, head, (line) => {
      isAccepted = true
      const connection = createPlainConnection(line, {
        ...ports,
        ...{ entered, players, relayed, taken },
        takesGames: options.game,
        echo: options.echo,
        ended: () => connections.delete(connection),
      })
      connections.add(connection)
      return connection
    })
  }

  function refuse(raw: Duplex, status: string): void {
    meter.count('handshakes-rejected')
    refuseUpgrade(raw, status)
  }

  return {
    upgrade(request, raw, head) {
      // Node has let go of the socket: somebody must hear its errors while the token is checked.
      raw.on('error', () => raw.destroy())
      const { origin } = request.headers
      if (origin !== undefined && !limits.allowedOrigins.includes(origin)) {
        return refuse(raw, '403 Forbidden')
      }
      void connect(request, raw, head)
    },
    // The native door's answer, 426, is this one's too.
    answer: () => false,
    closed(timeoutMs) {
      for (const connection of connections) connection.shutDown()
      return webSockets.closed(timeoutMs)
    },
    stop() {},
  }
}

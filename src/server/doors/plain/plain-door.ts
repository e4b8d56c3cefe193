import type { IncomingMessage } from 'node:http'
import type { FanOut } from '../../hub/ports.ts'
import type { ForeignDoor, ForeignDoorPorts } from '../foreign-door.ts'
import { createForeignUpgrades, type Decision } from '../foreign-upgrades.ts'
import { createRecentIds } from '../recent-ids.ts'
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

export interface PlainDoorPorts extends ForeignDoorPorts {
  /** Carries what players send each other to other nodes. */
  readonly fanOut: Pick<FanOut, 'publish' | 'subscribe'>
}

/** JSON messages over a WebSocket, for clients that know no protocol but that. */
export function createPlainDoor(ports: PlainDoorPorts, options: PlainDoorOptions): ForeignDoor {
  const { identify } = ports
  const upgrades = createForeignUpgrades(ports, { subprotocols: [PLAIN_SUBPROTOCOL], decide })
  const connections = new Set<PlainConnection>()
  const relayed = createRecentIds(RELAYED_KEPT)
  const players = createPlayers({ fanOut: ports.fanOut, node: ports.uuid(), relayed })
  const taken = new Set([
    ...Object.keys(anyClientSchemas),
    ...(options.chat ? Object.keys(chatClientSchemas) : []),
    ...(options.game ? Object.keys(gameClientSchemas) : []),
  ])

  async function decide(request: IncomingMessage): Promise<Decision> {
    const who = await identify.whoIs(request, { byCookie: true })
    if (who.kind === 'refused') return who
    const version = String(request.headers['x-client-version'] ?? '').replaceAll(/[^\w.+-]/g, '')
    const device = version === '' ? 'WebSocket client' : `WebSocket client ${version.slice(0, 40)}`
    const entered = identify.enter(who.person, device)
    if (entered.kind === 'refused') return entered
    return {
      kind: 'accepted',
      abandoned: entered.leave,
      userOf(line) {
        const connection = createPlainConnection(line, {
          ...ports,
          ...{ entered, players, relayed, taken },
          takesGames: options.game,
          echo: options.echo,
          ended: () => connections.delete(connection),
        })
        connections.add(connection)
        return connection
      },
    }
  }

  return {
    upgrade: upgrades.upgrade,
    // The native door's answer, 426, is this one's too.
    answer: () => false,
    closed(timeoutMs) {
      for (const connection of connections) connection.shutDown()
      return upgrades.closed(timeoutMs)
    },
    stop: () => players.stop(),
  }
}

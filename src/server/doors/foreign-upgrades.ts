import { type IncomingMessage, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import type { ForeignDoor, ForeignDoorPorts } from './foreign-door.ts'
import { refuseUpgrade } from './native/refuse-upgrade.ts'
import { createWebSocketLine, type WebSocketLine } from './web-socket-line.ts'
import { createWebSockets, type WebSocketUser } from './web-sockets.ts'

/** Who is told what comes over a line. */
export interface LineUser extends Omit<WebSocketUser, 'cut'> {
  /** The queue grew over its bound; the line is closing. */
  tooSlow(): void
}

/** What a door makes of somebody who asks to come in. */
export type Decision =
  | {
      readonly kind: 'accepted'
      userOf(line: WebSocketLine): LineUser
      /** There will be no line: they went away meanwhile, or it was no proper request. */
      abandoned(): void
    }
  | { readonly kind: 'refused'; readonly status: number }

/** Takes requests to upgrade for a foreign door, which only has to decide about each. */
export function createForeignUpgrades(
  ports: Pick<ForeignDoorPorts, 'meter' | 'log' | 'limits' | 'intake'>,
  options: {
    readonly subprotocols: readonly string[]
    readonly decide: (request: IncomingMessage) => Promise<Decision>
  },
): Pick<ForeignDoor, 'upgrade' | 'closed'> {
  const { meter, limits } = ports
  const { maxFrameBytes, maxQueuedBytes, closeTimeoutMs, addressOf } = limits
  const webSockets = createWebSockets(ports, {
    ...{ maxFrameBytes, closeTimeoutMs, addressOf, compression: false },
    subprotocols: options.subprotocols,
  })

  function refuse(raw: Duplex, status: number): void {
    meter.count('handshakes-rejected')
    refuseUpgrade(raw, `${status} ${STATUS_CODES[status] ?? ''}`)
  }

  async function decide(request: IncomingMessage, raw: Duplex, head: Buffer): Promise<void> {
    const decision = await options.decide(request)
    if (decision.kind === 'refused') {
      if (!raw.destroyed) refuse(raw, decision.status)
      return
    }
    if (raw.destroyed) return decision.abandoned()
    let isAccepted = false
    // ws ends a request that is no proper upgrade by itself.
    raw.once('close', () => {
      if (!isAccepted) decision.abandoned()
    })
    webSockets.accept(request, raw, head, (opened) => {
      isAccepted = true
      const line = createWebSocketLine({
        ...{ ...opened, maxQueuedBytes },
        tooSlow: () => user.tooSlow(),
      })
      const user = decision.userOf(line)
      return { ...user, cut: line.close }
    })
  }

  return {
    upgrade(request, raw, head) {
      // Node has let go of the socket: somebody must hear its errors while the token is checked.
      raw.on('error', () => raw.destroy())
      const { origin } = request.headers
      if (origin !== undefined && !limits.allowedOrigins.includes(origin)) return refuse(raw, 403)
      void decide(request, raw, head)
    },
    closed: webSockets.closed,
  }
}

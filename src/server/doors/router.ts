import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { SUBPROTOCOL } from '../../protocol/version.ts'
import { pathOf } from '../ops/http-answers.ts'
import type { ForeignDoor } from './foreign-door.ts'
import type { Intake } from './intake.ts'
import type { NativeDoor } from './native/native-door.ts'
import { refuseUpgrade } from './native/refuse-upgrade.ts'
import { PLAIN_PATH, PLAIN_SUBPROTOCOL } from './plain/plain-door.ts'
import { SIGNALR_PATH } from './signalr/signalr-door.ts'

/** Which door a request is for, by its path and the subprotocols it offers. */
export interface DoorRouter {
  upgrade(request: IncomingMessage, raw: Duplex, head: Buffer): void
  /** False when no door answers plain requests of this path. */
  answer(request: IncomingMessage, response: ServerResponse): boolean
  closed(timeoutMs: number): Promise<void>
  stop(): void
}

export function createDoorRouter(doors: {
  readonly native: NativeDoor
  readonly intake: Intake
  /** Left out where they are turned off. */
  readonly signalr: ForeignDoor | undefined
  readonly plain: ForeignDoor | undefined
}): DoorRouter {
  const { native, intake, signalr, plain } = doors
  const foreign = [signalr, plain].filter((door) => door !== undefined)

  function forUpgrade(request: IncomingMessage): Pick<NativeDoor, 'upgrade'> | undefined {
    const path = pathOf(request)
    if (path === SIGNALR_PATH) return signalr
    if (path !== PLAIN_PATH) return undefined
    const offered = (request.headers['sec-websocket-protocol'] ?? '')
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== '')
    if (offered.includes(SUBPROTOCOL)) return native
    const isPlain = offered.length === 0 || offered.includes(PLAIN_SUBPROTOCOL)
    // The native door knows how to refuse what is nobody's.
    return isPlain && plain !== undefined ? plain : native
  }

  return {
    upgrade(request, raw, head) {
      const door = forUpgrade(request)
      if (door === undefined) refuseUpgrade(raw, '404 Not Found')
      else door.upgrade(request, raw, head)
    },
    answer: (request, response) => foreign.some((door) => door.answer(request, response)),
    async closed(timeoutMs) {
      await Promise.all([native, ...foreign].map((door) => door.closed(timeoutMs)))
    },
    stop() {
      intake.stop()
      for (const door of foreign) door.stop()
    },
  }
}

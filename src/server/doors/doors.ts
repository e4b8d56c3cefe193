import type { Hub } from '../hub/hub.ts'
import type { HubOptions } from '../hub/options.ts'
import type { Clock, Log, Meter } from '../hub/ports.ts'
import type { SessionId } from '../../protocol/ids.ts'
import type { VerifyToken } from '../auth/verify-token.ts'
import type { ForeignDoorLimits, ForeignDoorPorts } from './foreign-door.ts'
import { createIdentify } from './guest/identify.ts'
import { createNameIds } from './guest/name-ids.ts'
import { createPresentGuests } from './guest/present-guests.ts'
import { createHelloGuests, keepGuestSecret } from './hello-guests.ts'
import { createNativeDoor } from './native/native-door.ts'
import { createDoorRouter, type DoorRouter } from './router.ts'
import { createSignalrDoor } from './signalr/signalr-door.ts'

/** Which foreign clients are let in; the native door is always there. */
export interface DoorSwitches {
  /** ASP.NET Core SignalR at `/hubs/chat`. */
  readonly signalr: boolean
  /** Plain JSON at `/ws`, with the subprotocol `chat` or none. */
  readonly plain: boolean
  /** Game clients, through the plain door. */
  readonly game: boolean
}

export const allDoorsClosed: DoorSwitches = { signalr: false, plain: false, game: false }

export function createDoors(
  ports: {
    readonly hub: Hub
    readonly session: SessionId
    readonly dataDir: string
    readonly admission: HubOptions['admission']
    readonly channel: string
    readonly clock: Clock
    readonly meter: Meter
    readonly log: Log
    readonly uuid: () => string
    readonly verifyToken: VerifyToken | undefined
  },
  switches: DoorSwitches,
  limits: ForeignDoorLimits,
): DoorRouter {
  const { hub, meter, log, session, verifyToken, admission, channel } = ports
  const native = createNativeDoor({ hub, meter, log }, limits)
  if (!switches.signalr && !switches.plain && !switches.game) {
    return createDoorRouter({ native, signalr: undefined, plain: undefined })
  }
  const ids = createNameIds(session)
  const identify = createIdentify({ ids, verifyToken, isOpen: () => admission.kind === 'open' })
  const guests = createHelloGuests(hub, {
    secret: keepGuestSecret(ports.dataDir),
    channel,
    credential:
      admission.kind === 'secret' ? { kind: 'secret', secret: admission.secret } : undefined,
  })
  const foreign: ForeignDoorPorts = {
    ...ports,
    hub: guests,
    ids,
    identify,
    present: createPresentGuests(),
    limits,
  }
  return createDoorRouter({
    native,
    signalr: switches.signalr ? createSignalrDoor(foreign) : undefined,
    plain: undefined,
  })
}

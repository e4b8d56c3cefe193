import type { IncomingMessage } from 'node:http'
import type { Hub } from '../hub/hub.ts'
import type { Clock, FanOut, Log, Meter } from '../hub/ports.ts'
import type { MemberId, SessionId } from '../../protocol/ids.ts'
import type { VerifyToken } from '../auth/verify-token.ts'
import { createIntake } from './intake.ts'
import type { ForeignDoorLimits, ForeignDoorPorts } from './foreign-door.ts'
import { createIdentify } from './guest/identify.ts'
import { createNameIds } from './guest/name-ids.ts'
import { createPresentGuests } from './guest/present-guests.ts'
import { createVouchedGuests } from './vouched-guests.ts'
import { createNativeDoor } from './native/native-door.ts'
import { createPlainDoor } from './plain/plain-door.ts'
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
  /**
   * Believes names also while the session is open to whoever finds it, not only on a server started with
   * `--open`. Anybody may then say to be anybody who came in by a name.
   */
  readonly names: boolean
  readonly plainDoor: {
    /** Answers what it does not know with `Echo: …`; for trying clients out. */
    readonly echo: boolean
  }
}

export const allDoorsClosed: DoorSwitches = {
  signalr: false,
  plain: false,
  game: false,
  names: false,
  plainDoor: { echo: false },
}

export function createDoors(
  ports: {
    readonly hub: Hub
    readonly fanOut: FanOut
    readonly session: SessionId
    readonly clock: Clock
    readonly meter: Meter
    readonly log: Log
    readonly uuid: () => string
    /** Where a request comes from. */
    readonly addressOf: (request: IncomingMessage) => string
    readonly verifyToken: VerifyToken | undefined
    /** Whether names are believed, as on a server started with `--open`. */
    readonly isOpen: boolean
    /** Whose bearer token this subject's is. */
    readonly memberOf: (subject: string) => Promise<MemberId | undefined>
  },
  switches: DoorSwitches,
  limits: ForeignDoorLimits,
): DoorRouter {
  const { hub, clock, meter, log, uuid, verifyToken } = ports
  const intake = createIntake({ clock, meter, log }, limits)
  const native = createNativeDoor({ hub, meter, log, intake }, limits)
  if (!switches.signalr && !switches.plain && !switches.game) {
    return createDoorRouter({ native, intake, signalr: undefined, plain: undefined })
  }
  const ids = createNameIds(ports.session)
  const foreign: ForeignDoorPorts = {
    ...{ ids, clock, meter, log, uuid, limits, intake },
    hub: createVouchedGuests(hub, ports.memberOf),
    identify: createIdentify({
      ids,
      verifyToken,
      tries: hub.tries,
      addressOf: ports.addressOf,
      isOpen: () => ports.isOpen || (switches.names && hub.session.shown().access === 'open'),
    }),
    present: createPresentGuests(),
  }
  return createDoorRouter({
    ...{ native, intake },
    signalr: switches.signalr ? createSignalrDoor(foreign) : undefined,
    plain:
      switches.plain || switches.game
        ? createPlainDoor(
            { ...foreign, fanOut: ports.fanOut },
            {
              chat: switches.plain,
              game: switches.game,
              echo: switches.plainDoor.echo,
            },
          )
        : undefined,
  })
}

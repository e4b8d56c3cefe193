import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Clock, Log, Meter } from '../hub/ports.ts'
import type { Identify } from './guest/identify.ts'
import type { NameIds } from './guest/name-ids.ts'
import type { PresentGuests } from './guest/present-guests.ts'
import type { GuestHub } from './guests.ts'
import type { Intake } from './intake.ts'

/** What the doors for foreign clients are made of. */
export interface ForeignDoorPorts {
  readonly hub: GuestHub
  readonly ids: NameIds
  readonly identify: Identify
  readonly present: PresentGuests
  readonly clock: Clock
  readonly meter: Meter
  readonly log: Log
  readonly intake: Intake
  /** A fresh id that nobody can guess. */
  readonly uuid: () => string
  readonly limits: ForeignDoorLimits
}

export interface ForeignDoorLimits {
  readonly maxFrameBytes: number
  /** Bound of each send queue (D15). */
  readonly maxQueuedBytes: number
  readonly closeTimeoutMs: number
  /** Browser pages that may connect. */
  readonly allowedOrigins: readonly string[]
  /** Where a request comes from, when there may be a proxy before the server. */
  readonly addressOf?: (request: IncomingMessage) => string
}

/** A way in for clients that do not speak Landline's own protocol. */
export interface ForeignDoor {
  /** Takes over a request to upgrade, or refuses it. */
  upgrade(request: IncomingMessage, raw: Duplex, head: Buffer): void
  /** Answers a plain request, when it is for this door. */
  answer(request: IncomingMessage, response: ServerResponse): boolean
  /** Resolves when every socket is closed; those that are not after `timeoutMs` are torn down. */
  closed(timeoutMs: number): Promise<void>
  /** Stops every timer. */
  stop(): void
}

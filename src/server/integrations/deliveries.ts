import { createHmac } from 'node:crypto'
import type { MemberId, RoomId, SessionId } from '../../protocol/ids.ts'
import { type IntegrationKind, parseCommand } from '../../protocol/integrations.ts'
import type { RoomEvent } from '../../protocol/records.ts'

type Outgoing = Extract<IntegrationKind, { kind: 'outgoing' }>

/** One event as it is posted. */
export interface Delivery {
  /** The same at every attempt: by it the receiver throws away what it has seen. */
  readonly delivery: string
  readonly session: SessionId
  readonly room: { readonly id: RoomId; readonly name: string }
  readonly actor: { readonly id: MemberId; readonly name: string }
  readonly event: RoomEvent
  readonly command?: { readonly name: string; readonly text: string }
}

/** Undefined for an event that this webhook has not asked for; never its own. */
export function deliveryOf(
  what: Outgoing,
  event: RoomEvent,
  facts: {
    readonly integration: MemberId
    readonly session: SessionId
    readonly room: Delivery['room']
    readonly nameOf: (member: MemberId) => string
  },
): Delivery | undefined {
  const { integration, session, room, nameOf } = facts
  if (event.actor === integration) return undefined
  const parsed = event.type === 'message.posted' ? parseCommand(event.text) : undefined
  const isMine = what.commands.some(({ name }) => name === parsed?.name)
  const command =
    parsed !== undefined && isMine ? { name: parsed.name, text: parsed.rest } : undefined
  const wanted: ReadonlySet<string> = new Set(what.events)
  if (!wanted.has(event.type) && !(command !== undefined && wanted.has('command'))) return undefined
  return {
    delivery: `${integration}/${room.id}/${event.seq}`,
    ...{ session, room, event },
    actor: { id: event.actor, name: nameOf(event.actor) },
    ...(command === undefined ? {} : { command }),
  }
}

/** What is signed is the time and the body, so that an old delivery cannot be played again. */
export function headersOf(
  delivery: Delivery,
  body: string,
  key: string,
  now: number,
): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(now / 1_000))
  const signature = createHmac('sha256', key).update(`${timestamp}.${body}`).digest('hex')
  return {
    'Content-Type': 'application/json',
    'User-Agent': 'Landline',
    'Landline-Delivery': delivery.delivery,
    'Landline-Timestamp': timestamp,
    'Landline-Signature': `v1=${signature}`,
  }
}

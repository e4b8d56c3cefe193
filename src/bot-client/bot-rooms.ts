import type { Epoch, MemberId, MessageId, RoomId } from '../protocol/ids.ts'
import { parseCommand } from '../protocol/integrations.ts'
import type { Cursor, RoomEvent, RoomState } from '../protocol/records.ts'
import type { ResetReason, ServerMessageOf } from '../protocol/server-messages.ts'

export type BotRoom = Pick<RoomState, 'id' | 'kind' | 'name'>

export interface BotMessage {
  readonly id: MessageId
  readonly seq: number
  readonly at: number
  readonly author: MemberId
  readonly text: string
  readonly replyTo?: MessageId | undefined
}

export type BotEvent =
  /** Written by somebody else. `command` where it begins with one: `/roll 2d6`. */
  | {
      readonly kind: 'message'
      readonly room: BotRoom
      readonly message: BotMessage
      readonly command: { readonly name: string; readonly rest: string } | undefined
    }
  /** Everything else of the room's log, by the bot itself too. */
  | { readonly kind: 'change'; readonly room: BotRoom; readonly event: RoomEvent }
  /** The bot is in this room from now on. */
  | { readonly kind: 'room'; readonly room: BotRoom }
  | { readonly kind: 'room-gone'; readonly room: BotRoom }
  /** More was missed than is sent as events, or the log is another: the newest is in `history`. */
  | { readonly kind: 'missed'; readonly room: BotRoom; readonly reason: ResetReason }

/** How far each room was received: every event once and in order, whatever comes twice or is skipped (D7, D9). */
export function createBotRooms(ports: {
  readonly self: MemberId
  readonly cursors: readonly Cursor[]
  readonly happened: (event: BotEvent, cursor: Cursor) => void
  /** Something was skipped: asks for what comes after the cursor. */
  readonly catchUp: (cursor: Cursor) => void
}) {
  const { self, happened } = ports
  const rooms = new Map<RoomId, BotRoom>()
  const received = new Map<RoomId, { epoch: Epoch; seq: number }>(
    ports.cursors.map(({ room, epoch, seq }) => [room, { epoch, seq }]),
  )
  /** Asked for, and not yet come. */
  const asked = new Set<RoomId>()

  const roomOf = (id: RoomId): BotRoom => rooms.get(id) ?? { id, kind: 'group', name: '' }

  function take(id: RoomId, event: RoomEvent, cursor: Cursor): void {
    const room = roomOf(id)
    if (event.type === 'room.changed' && event.name !== undefined) {
      rooms.set(id, { ...room, name: event.name })
    }
    if (event.type === 'room.created') {
      rooms.set(id, { id, kind: event.kind, name: event.name })
    }
    if (event.type !== 'message.posted' || event.actor === self) {
      return happened({ kind: 'change', room: roomOf(id), event }, cursor)
    }
    const { seq, at, actor: author, text, replyTo } = event
    const message = { id: event.id, seq, at, author, text, replyTo }
    happened({ kind: 'message', room, message, command: parseCommand(text) }, cursor)
  }

  return {
    all: (): BotRoom[] => [...rooms.values()],
    cursors: (): Cursor[] => [...received].map(([room, cursor]) => ({ room, ...cursor })),
    /** A new connection: what was asked for on the old one does not come. */
    begin: (): void => asked.clear(),

    events({ room, epoch, events }: ServerMessageOf<'events'>): void {
      const cursor = received.get(room)
      if (cursor === undefined || cursor.epoch !== epoch) return
      for (const event of events) {
        if (event.seq <= cursor.seq) continue
        if (event.seq > cursor.seq + 1) {
          if (!asked.has(room)) ports.catchUp({ room, ...cursor })
          asked.add(room)
          return
        }
        asked.delete(room)
        cursor.seq = event.seq
        take(room, event, { room, ...cursor })
      }
    },

    reset({ room: state, reason }: ServerMessageOf<'reset'>): void {
      const { id, kind, name, epoch, head: seq } = state
      const room: BotRoom = { id, kind, name }
      const isKnown = received.has(id)
      rooms.set(id, room)
      received.set(id, { epoch, seq })
      asked.delete(id)
      const event: BotEvent = isKnown ? { kind: 'missed', room, reason } : { kind: 'room', room }
      happened(event, { room: id, epoch, seq })
    },

    gone(id: RoomId): void {
      const room = roomOf(id)
      const cursor = received.get(id)
      rooms.delete(id)
      received.delete(id)
      if (cursor !== undefined) happened({ kind: 'room-gone', room }, { room: id, ...cursor })
    },
  }
}

import type { ClientMessage } from '../../../protocol/client-messages.ts'
import type { MessageId, RoomId } from '../../../protocol/ids.ts'
import type { ServerMessageOf } from '../../../protocol/server-messages.ts'
import type { Clock } from '../../hub/ports.ts'
import { fault, type Outcome } from './outcome.ts'

/** What may wait for the hub's answer, for one connection; a client that goes on regardless is told so. */
const MAX_WAITING = 2_000
const MAX_WAITING_CHARS = 524_288

export interface Written {
  readonly seq: number
  readonly at: number
}

/**
 * The outbox of a client that has none. The hub asks for patience by `held`, which foreign protocols have no word
 * for; so the door keeps what was held and sends it again in order (D2), for as long as the client stays.
 */
export interface GuestWrites {
  post(room: RoomId, id: MessageId, text: string): Promise<Outcome<Written>>
  receive(
    answer: ServerMessageOf<'ack'> | ServerMessageOf<'refused'> | ServerMessageOf<'held'>,
  ): void
  /** The connection ended: what was not answered is answered now. */
  end(): void
}

interface Waiting {
  readonly id: MessageId
  readonly text: string
  readonly done: (outcome: Outcome<Written>) => void
}

interface Queue {
  readonly waiting: Waiting[]
  /** How many of them the hub has before it. */
  sent: number
  /** How many it may have; one after a hold, doubling with each ack, so that waiting costs little. */
  window: number
  cancelResend: (() => void) | undefined
}

export function createGuestWrites(ports: {
  readonly clock: Pick<Clock, 'after'>
  readonly tell: (message: ClientMessage) => void
}): GuestWrites {
  const { clock, tell } = ports
  const rooms = new Map<RoomId, Queue>()
  let count = 0
  let chars = 0

  function send(room: RoomId, queue: Queue): void {
    while (queue.cancelResend === undefined && queue.sent < queue.window) {
      const next = queue.waiting[queue.sent]
      if (next === undefined) return
      const isHead = queue.sent === 0
      queue.sent++
      const operation = { kind: 'post', text: next.text } as const
      tell({ type: 'submit', id: next.id, room, operation, ...(isHead ? { head: true } : {}) })
    }
  }

  function settle(room: RoomId, id: MessageId, outcome: Outcome<Written>): void {
    const queue = rooms.get(room)
    const index = queue?.waiting.findIndex((waiting) => waiting.id === id) ?? -1
    const waiting = queue?.waiting[index]
    if (queue === undefined || waiting === undefined) return
    queue.waiting.splice(index, 1)
    if (index < queue.sent) queue.sent--
    queue.window *= 2
    count--
    chars -= waiting.text.length
    if (queue.waiting.length === 0) rooms.delete(room)
    waiting.done(outcome)
    send(room, queue)
  }

  function hold(room: RoomId, retryAfterMs: number): void {
    const queue = rooms.get(room)
    if (queue === undefined) return
    // The hub has dropped everything behind what it held.
    queue.sent = 0
    queue.window = 1
    queue.cancelResend?.()
    queue.cancelResend = clock.after(retryAfterMs, () => {
      queue.cancelResend = undefined
      send(room, queue)
    })
  }

  return {
    post: (room, id, text) =>
      new Promise((done) => {
        if (count >= MAX_WAITING || chars + text.length > MAX_WAITING_CHARS) {
          return done(fault('rate-limited', 'Too many messages wait to be taken. Slow down.'))
        }
        let queue = rooms.get(room)
        if (queue === undefined) {
          queue = { waiting: [], sent: 0, window: Infinity, cancelResend: undefined }
          rooms.set(room, queue)
        }
        queue.waiting.push({ id, text, done })
        count++
        chars += text.length
        send(room, queue)
      }),

    receive(message) {
      const { id, room } = message
      if (message.type === 'held') return hold(room, message.retryAfterMs)
      if (message.type === 'refused') return settle(room, id, fault(message.code, message.message))
      settle(room, id, { kind: 'ok', value: { seq: message.seq, at: message.at } })
    },

    end() {
      const ended = fault('unavailable', 'The connection ended before the message was taken.')
      for (const queue of rooms.values()) {
        queue.cancelResend?.()
        for (const { done } of queue.waiting) done(ended)
      }
      rooms.clear()
      count = 0
      chars = 0
    },
  }
}

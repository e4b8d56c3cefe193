import type { ErrorCode } from '../protocol/errors.ts'
import type { Operation, Submit } from '../protocol/client-messages.ts'
import type { MessageId, RoomId } from '../protocol/ids.ts'
import type { ServerMessageOf } from '../protocol/server-messages.ts'
import type { BotClock } from './bot-clock.ts'
import { BotRefused } from './bot-line.ts'

export interface Written {
  readonly id: MessageId
  readonly seq: number
  readonly at: number
}

/** What the bot writes: each until it is answered, over as many connections as that takes (D4, D5). */
export interface BotWrites {
  write(room: RoomId, id: MessageId, operation: Operation): Promise<Written>
  answered(message: ServerMessageOf<'ack' | 'refused' | 'held'>): void
  /** The connection is there again: sends what was not answered. */
  resume(): void
  end(): void
}

interface Pending {
  readonly submit: Submit
  readonly resolve: (written: Written) => void
  readonly reject: (fault: BotRefused) => void
}

export function createBotWrites(ports: {
  readonly clock: Pick<BotClock, 'after'>
  readonly tell: (submit: Submit) => boolean
}): BotWrites {
  /** For each room in order; the first is on its way, so nothing can overtake it (D2). */
  const queues = new Map<RoomId, Pending[]>()
  const waiting = new Map<RoomId, () => void>()
  let isOver = false

  function sendFirst(room: RoomId): void {
    const [first] = queues.get(room) ?? []
    if (first !== undefined && !waiting.has(room)) ports.tell(first.submit)
  }

  function take(room: RoomId, id: MessageId): Pending | undefined {
    const queue = queues.get(room)
    const [first] = queue ?? []
    if (queue === undefined || first?.submit.id !== id) return undefined
    queue.shift()
    if (queue.length === 0) queues.delete(room)
    return first
  }

  return {
    write: (room, id, operation) =>
      new Promise((resolve, reject) => {
        if (isOver) return reject(new BotRefused('closed', 'The bot is closed.'))
        const submit: Submit = { type: 'submit', id, room, head: true, operation }
        const queue = queues.get(room) ?? []
        queues.set(room, queue)
        queue.push({ submit, resolve, reject })
        if (queue.length === 1) sendFirst(room)
      }),
    answered(message) {
      const { room, id } = message
      if (message.type === 'held') {
        if (queues.get(room)?.[0]?.submit.id !== id || waiting.has(room)) return
        const again = (): void => {
          waiting.delete(room)
          sendFirst(room)
        }
        waiting.set(room, ports.clock.after(message.retryAfterMs, again))
        return
      }
      const pending = take(room, id)
      if (message.type === 'ack') pending?.resolve({ id, seq: message.seq, at: message.at })
      else pending?.reject(refusal(message))
      if (pending !== undefined) sendFirst(room)
    },
    resume() {
      for (const cancel of waiting.values()) cancel()
      waiting.clear()
      for (const room of queues.keys()) sendFirst(room)
    },
    end() {
      isOver = true
      for (const cancel of waiting.values()) cancel()
      const left = [...queues.values()].flat()
      queues.clear()
      for (const { reject } of left) reject(new BotRefused('closed', 'The bot is closed.'))
    },
  }
}

const refusal = ({ code, message }: { code: ErrorCode; message: string }): BotRefused =>
  new BotRefused(code, message)

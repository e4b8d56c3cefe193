/** A bot in a Landline session: connects, catches up, hears and writes. Runs in Node and in browsers. */
import type { Operation, Request } from '../protocol/client-messages.ts'
import type { MemberId, MessageId, RoomId } from '../protocol/ids.ts'
import type { Command } from '../protocol/integrations.ts'
import type { Cursor, Member } from '../protocol/records.ts'
import type { ServerMessage } from '../protocol/server-messages.ts'
import { type BotClock, systemBotClock } from './bot-clock.ts'
import { botIdentityOf, newUuid } from './bot-identity.ts'
import { type BotLine, BotRefused, openBotLine } from './bot-line.ts'
import { type BotEvent, type BotRoom, createBotRooms } from './bot-rooms.ts'
import { createBotWrites, type Written } from './bot-writes.ts'

/** With more waiting to be handled than this the connection is let go until it is handled: the log keeps the rest. */
const MOST_WAITING = 2_000

export interface BotOptions {
  /** `llb_…`, as it was told when the bot was made. */
  readonly token: string
  /** As it was named then. */
  readonly name: string
  /** False for a bot without the scope `read`: it only writes. */
  readonly reads?: boolean
  /** Where an earlier run stopped; from now on without. */
  readonly cursors?: readonly Cursor[]
  /** Called after an event was handled: what to pass as `cursors` next time. */
  readonly handled?: (cursor: Cursor) => void
  /** Of the host's key, where `makeSocket` checks that it is the one. */
  readonly fingerprint?: string
  /** Instead of the platform's `WebSocket`. */
  readonly makeSocket?: (url: string, subprotocol: string) => WebSocket
  readonly clock?: BotClock
}

type Answer = Extract<ServerMessage, { readonly ref: number; readonly type: string }>
type WithoutRef<Each> = Each extends Request ? Omit<Each, 'ref'> : never

export interface Bot extends AsyncIterable<BotEvent> {
  readonly id: MemberId
  /** Resolves when it has caught up for the first time; rejects when it is refused. */
  readonly ready: Promise<void>
  rooms(): BotRoom[]
  nameOf(member: MemberId): string | undefined
  /** Resolves once it is on disk; rejects with `BotRefused` when it is refused for good. The same id writes once. */
  send(room: RoomId, text: string, more?: { replyTo?: MessageId; id?: MessageId }): Promise<Written>
  react(room: RoomId, message: MessageId, emoji: string): Promise<Written>
  edit(room: RoomId, message: MessageId, text: string): Promise<Written>
  /** Tells people which commands there are. */
  setCommands(commands: Command[]): Promise<void>
  /** Any request of PROTOCOL.md; rejects when it fails, or when the connection is lost before the answer. */
  ask(request: WithoutRef<Request>): Promise<Answer>
  close(): void
}

export function connect(url: string, options: BotOptions): Bot {
  const clock = options.clock ?? systemBotClock
  const identity = botIdentityOf(options.token)
  const people = new Map<MemberId, Member>()
  const questions = new Map<number, { resolve(answer: Answer): void; reject(fault: Error): void }>()
  const waiting: { readonly event: BotEvent; readonly cursor: Cursor }[] = []
  let wake = (): void => {}
  let refs = 0
  let end: { readonly reason: BotRefused | undefined } | undefined
  let isResting = false
  let isReady = (): void => {}
  let isRefused = (_reason: Error): void => {}
  const ready = new Promise<void>((resolve, reject) => {
    isReady = resolve
    isRefused = reject
  })
  // Who does not wait for it is told by the iteration.
  ready.catch(() => {})

  const rooms = createBotRooms({
    self: identity.member,
    cursors: options.cursors ?? [],
    happened(event, cursor) {
      waiting.push({ event, cursor })
      wake()
      if (waiting.length > MOST_WAITING) isResting = true
    },
    catchUp: ({ room, epoch, seq }) =>
      void line.tell({ type: 'catch-up', room, epoch, after: seq }),
  })
  const writes = createBotWrites({ clock, tell: (submit) => line.tell(submit) })

  function heard(message: ServerMessage): void {
    const { type } = message
    if (type === 'people') for (const each of message.members) people.set(each.id, each)
    // What is not taken now is asked for again.
    else if (type === 'events') void (isResting || rooms.events(message))
    else if (type === 'reset') rooms.reset(message)
    else if (type === 'room-gone') rooms.gone(message.room)
    else if (type === 'synced') isReady()
    else if (type === 'ack' || type === 'refused' || type === 'held') writes.answered(message)
    else if ('ref' in message && message.ref !== undefined) {
      const question = questions.get(message.ref)
      questions.delete(message.ref)
      if (type === 'failed' || type === 'error') {
        question?.reject(new BotRefused(message.code, message.message))
      } else question?.resolve(message as Answer)
    }
  }

  const line: BotLine = openBotLine({
    ...{ url, identity, name: options.name, fingerprint: options.fingerprint, clock, heard },
    makeSocket: options.makeSocket ?? ((to, subprotocol) => new WebSocket(to, subprotocol)),
    welcomed() {
      rooms.begin()
      if (options.reads !== false) line.tell({ type: 'sync', cursors: rooms.cursors() })
      else isReady()
      writes.resume()
    },
    lost() {
      for (const { reject } of questions.values()) {
        reject(new BotRefused('unavailable', 'The connection was lost.'))
      }
      questions.clear()
    },
    ended(reason) {
      end = { reason }
      isRefused(reason ?? new BotRefused('closed', 'The bot is closed.'))
      writes.end()
      wake()
    },
  })

  async function* iterate(): AsyncGenerator<BotEvent, void> {
    for (;;) {
      const next = waiting.shift()
      if (next !== undefined) {
        yield next.event
        // Asked for the next one: this one was handled.
        options.handled?.(next.cursor)
      } else if (isResting) {
        isResting = false
        line.restart()
      } else if (end === undefined) {
        await new Promise<void>((resolve) => (wake = resolve))
      } else if (end.reason === undefined) {
        return
      } else {
        throw end.reason
      }
    }
  }
  const write = (room: RoomId, operation: Operation, id?: MessageId): Promise<Written> =>
    writes.write(room, id ?? (newUuid(clock.now()) as MessageId), operation)
  const ask: Bot['ask'] = (request) =>
    new Promise((resolve, reject) => {
      const ref = ++refs
      questions.set(ref, { resolve, reject })
      if (line.tell({ ...request, ref })) return
      questions.delete(ref)
      reject(new BotRefused('unavailable', 'There is no connection now.'))
    })

  return {
    id: identity.member,
    ready,
    rooms: rooms.all,
    nameOf: (member) => people.get(member)?.name,
    send: (room, text, { id, replyTo } = {}) =>
      write(room, { kind: 'post', text, ...(replyTo === undefined ? {} : { replyTo }) }, id),
    react: (room, target, emoji) => write(room, { kind: 'react', target, emoji }),
    edit: (room, target, text) => write(room, { kind: 'edit', target, text }),
    setCommands: async (commands) => void (await ask({ type: 'set-commands', commands })),
    ask,
    close: () => line.close(),
    [Symbol.asyncIterator]: iterate,
  }
}

export { BotRefused }
export type { BotEvent, BotRoom, Written }

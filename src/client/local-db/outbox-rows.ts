import { type Operation, operationSchema } from '../../protocol/client-messages.ts'
import { type ErrorCode, errorCodeSchema } from '../../protocol/errors.ts'
import { type MessageId, messageIdSchema, type RoomId, roomIdSchema } from '../../protocol/ids.ts'
import type { LocalDatabase } from './database.ts'

/** One write that the server has not confirmed. Larger `n` was written later. */
export interface OutboxWrite {
  readonly n: number
  readonly id: MessageId
  readonly room: RoomId
  readonly operation: Operation
  /** Null while it waits to be sent or answered. */
  readonly failure: { readonly code: ErrorCode; readonly message: string } | null
}

export interface OutboxRows {
  get(id: MessageId): OutboxWrite | undefined
  has(id: MessageId): boolean
  add(write: Pick<OutboxWrite, 'id' | 'room' | 'operation'>): void
  /** Waiting ones of the room with `n` above the given one, oldest first. */
  waiting(room: RoomId, after: number, limit: number): readonly OutboxWrite[]
  roomsWaiting(): readonly RoomId[]
  /** All that name the message as their target, oldest first. */
  on(target: MessageId): readonly OutboxWrite[]
  targets(): ReadonlySet<MessageId>
  /** Up to `limit` posts of the room with `n` below `before`, waiting or failed, newest first. */
  posts(room: RoomId, before: number, limit: number): readonly OutboxWrite[]
  of(room: RoomId): readonly OutboxWrite[]
  fail(id: MessageId, code: ErrorCode, message: string): void
  setOperation(id: MessageId, operation: Operation): void
  /** Puts the write behind all others, waiting again. */
  requeue(id: MessageId): void
  remove(id: MessageId): boolean
  counts(): { readonly waiting: number; readonly failed: number }
  /** Checks every row; a broken one becomes a failure a person can see. Returns how many there were. */
  repair(words: string): number
}

interface Row {
  n: number
  id: string
  room: string
  kind: string
  target: string | null
  operation: string
  state: 'waiting' | 'failed'
  code: string | null
  reason: string | null
}

export function outboxRowsIn(database: LocalDatabase): OutboxRows {
  const get = database.prepare<Row>('SELECT * FROM outbox WHERE id = ?')
  const has = database.prepare<{ n: number }>('SELECT n FROM outbox WHERE id = ?')
  const add = database.prepare(`
    INSERT INTO outbox (id, room, kind, target, operation, state)
    VALUES (?, ?, ?, ?, ?, 'waiting')`)
  const waiting = database.prepare<Row>(`
    SELECT * FROM outbox WHERE room = ? AND state = 'waiting' AND n > ? ORDER BY n LIMIT ?`)
  const roomsWaiting = database.prepare<{ room: RoomId }>(
    `SELECT DISTINCT room FROM outbox WHERE state = 'waiting'`,
  )
  const on = database.prepare<Row>('SELECT * FROM outbox WHERE target = ? ORDER BY n')
  const targets = database.prepare<{ target: MessageId }>(
    'SELECT DISTINCT target FROM outbox WHERE target IS NOT NULL',
  )
  const posts = database.prepare<Row>(
    `SELECT * FROM outbox WHERE room = ? AND kind = 'post' AND n < ? ORDER BY n DESC LIMIT ?`,
  )
  const of = database.prepare<Row>('SELECT * FROM outbox WHERE room = ? ORDER BY n')
  const all = database.prepare<Row>('SELECT * FROM outbox')
  const setState = database.prepare(
    'UPDATE outbox SET state = ?, code = ?, reason = ? WHERE id = ?',
  )
  const setOperation = database.prepare('UPDATE outbox SET operation = ? WHERE id = ?')
  const mend = database.prepare('UPDATE outbox SET kind = ?, operation = ? WHERE n = ?')
  const remove = database.prepare('DELETE FROM outbox WHERE id = ?')
  const counts = database.prepare<{ waiting: number; failed: number }>(`
    SELECT count(*) FILTER (WHERE state = 'waiting') AS waiting,
      count(*) FILTER (WHERE state = 'failed') AS failed FROM outbox`)
  const pendingMessage = database.prepare<{ text: string; reply_to: string | null }>(
    'SELECT text, reply_to FROM message WHERE id = ? AND seq IS NULL',
  )
  const textOf = database.prepare<{ text: string }>('SELECT text FROM message WHERE id = ?')
  /** Unsent messages that no row would send. */
  const orphans = database.prepare<{ id: string; room: string }>(`
    SELECT id, room FROM message
    WHERE seq IS NULL AND NOT EXISTS (SELECT 1 FROM outbox WHERE outbox.id = message.id)`)

  const read = (rows: readonly Row[]): readonly OutboxWrite[] =>
    rows.map(writeOf).filter((write) => write !== undefined)

  function insert({ id, room, operation }: Pick<OutboxWrite, 'id' | 'room' | 'operation'>): void {
    const target = operation.kind === 'post' ? null : operation.target
    add.run(id, room, operation.kind, target, JSON.stringify(operation))
  }

  /**
   * The words of a post are also in its message, so a broken operation can be made again from there. A change
   * whose content is lost becomes an edit to the text as it is: it can be seen and discarded, and a retry is harmless.
   */
  function rebuilt(row: Row): Operation | undefined {
    const post = pendingMessage.get(row.id)
    if (post !== undefined) {
      return operationSchema.safeParse({
        kind: 'post',
        text: post.text,
        ...(post.reply_to === null ? {} : { replyTo: post.reply_to }),
      }).data
    }
    const target = row.target
    const text = target === null ? undefined : textOf.get(target)?.text
    return operationSchema.safeParse({ kind: 'edit', target, text }).data
  }

  return {
    get(id) {
      const row = get.get(id)
      return row === undefined ? undefined : writeOf(row)
    },
    has: (id) => has.get(id) !== undefined,
    add: insert,
    waiting: (room, after, limit) => read(waiting.all(room, after, limit)),
    roomsWaiting: () => roomsWaiting.all().map((row) => row.room),
    on: (target) => read(on.all(target)),
    targets: () => new Set(targets.all().map((row) => row.target)),
    posts: (room, before, limit) => read(posts.all(room, before, limit)),
    of: (room) => read(of.all(room)),
    fail: (id, code, message) => void setState.run('failed', code, message, id),
    setOperation: (id, operation) => void setOperation.run(JSON.stringify(operation), id),
    requeue(id) {
      const row = get.get(id)
      const write = row === undefined ? undefined : writeOf(row)
      if (write === undefined) return
      remove.run(id)
      insert(write)
    },
    remove: (id) => remove.run(id).changes > 0,
    counts: () => counts.get() ?? { waiting: 0, failed: 0 },
    repair(words) {
      let broken = 0
      for (const { id, room } of orphans.all()) add.run(id, room, 'post', null, '')
      for (const row of all.all()) {
        if (writeOf(row) !== undefined) continue
        broken += 1
        const operation = rebuilt(row)
        if (operation !== undefined) mend.run(operation.kind, JSON.stringify(operation), row.n)
        setState.run('failed', 'malformed', words, row.id)
      }
      return broken
    },
  }
}

/** Rows are checked wherever they are read: they may have been written by another version. */
function writeOf(row: Row): OutboxWrite | undefined {
  const id = messageIdSchema.safeParse(row.id).data
  const room = roomIdSchema.safeParse(row.room).data
  const operation = parseOperation(row.operation)
  if (id === undefined || room === undefined || operation === undefined) return undefined
  return {
    n: row.n,
    id,
    room,
    operation,
    failure:
      row.state === 'waiting'
        ? null
        : {
            code: errorCodeSchema.safeParse(row.code).data ?? 'malformed',
            message: row.reason ?? '',
          },
  }
}

function parseOperation(json: string): Operation | undefined {
  try {
    return operationSchema.safeParse(JSON.parse(json)).data
  } catch {
    return undefined
  }
}

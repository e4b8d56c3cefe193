import type { MemberId, MessageId, RoomId } from '../../protocol/ids.ts'
import type { Message } from '../../protocol/records.ts'
import type { LocalDatabase } from './database.ts'

export interface MessageRow {
  readonly n: number
  readonly id: MessageId
  readonly room: RoomId
  /** Null until the server numbered it; it then has a row in the outbox. */
  readonly seq: number | null
  readonly author: MemberId
  readonly at: number
  readonly text: string
  readonly reply_to: MessageId | null
  readonly edited: 0 | 1
  readonly deleted: 0 | 1
  /** Number of the newest edit or delete folded in: older state never overwrites newer. */
  readonly revision: number
}

export type NewMessage = Pick<MessageRow, 'id' | 'room' | 'author' | 'at' | 'text'> & {
  readonly replyTo: MessageId | undefined
}

export interface Messages {
  get(id: MessageId): MessageRow | undefined
  /** Up to `limit` numbered messages of the room in [from, before), newest first. */
  before(room: RoomId, from: number, before: number, limit: number): readonly MessageRow[]
  addPending(message: NewMessage): void
  /** A post as its event tells it. Numbers the pending one when there is one (D4). */
  post(message: NewMessage, seq: number): void
  /** A message as a page tells it; newer local state stays. */
  fold(room: RoomId, message: Message): void
  /** The server's number and time for a pending post. */
  number(id: MessageId, seq: number, at: number): void
  setPendingText(id: MessageId, text: string): void
  /** False when nothing changed: not here, or already newer. */
  edit(id: MessageId, text: string, revision: number): boolean
  scrub(id: MessageId, revision: number): boolean
  remove(id: MessageId): void
  removeNumbered(room: RoomId): void
  /** Messages by others after `seq` that are not deleted. */
  countUnread(room: RoomId, self: MemberId, seq: number): number
}

export function messagesIn(database: LocalDatabase): Messages {
  const get = database.prepare<MessageRow>('SELECT * FROM message WHERE id = ?')
  const before = database.prepare<MessageRow>(
    'SELECT * FROM message WHERE room = ? AND seq >= ? AND seq < ? ORDER BY seq DESC LIMIT ?',
  )
  const addPending = database.prepare(`
    INSERT INTO message (id, room, author, at, text, reply_to) VALUES (?, ?, ?, ?, ?, ?)`)
  const post = database.prepare(`
    INSERT INTO message (id, room, author, at, text, reply_to, seq, revision)
    VALUES (@id, @room, @author, @at, @text, @replyTo, @seq, @seq)
    ON CONFLICT (id) DO UPDATE SET room = excluded.room, author = excluded.author,
      at = excluded.at, reply_to = excluded.reply_to, seq = excluded.seq,
      text = iif(revision < excluded.revision, excluded.text, text),
      revision = max(revision, excluded.revision)`)
  const fold = database.prepare(`
    INSERT INTO message (id, room, author, at, text, reply_to, seq, revision, edited, deleted)
    VALUES (@id, @room, @author, @at, @text, @replyTo, @seq, @revision, @edited, @deleted)
    ON CONFLICT (id) DO UPDATE SET room = excluded.room, author = excluded.author,
      at = excluded.at, reply_to = excluded.reply_to, seq = excluded.seq, text = excluded.text,
      revision = excluded.revision, edited = excluded.edited, deleted = excluded.deleted
    WHERE excluded.revision >= message.revision`)
  const number = database.prepare(`
    UPDATE message SET seq = @seq, at = @at, revision = max(revision, @seq)
    WHERE id = @id AND seq IS NULL`)
  const setPendingText = database.prepare(
    'UPDATE message SET text = ? WHERE id = ? AND seq IS NULL',
  )
  const edit = database.prepare(`
    UPDATE message SET text = @text, edited = 1, revision = @revision
    WHERE id = @id AND revision < @revision AND deleted = 0`)
  const scrub = database.prepare(`
    UPDATE message SET text = '', deleted = 1, revision = @revision
    WHERE id = @id AND revision < @revision AND deleted = 0`)
  const scrubReactions = database.prepare('DELETE FROM reaction WHERE message = ?')
  const remove = database.prepare('DELETE FROM message WHERE id = ?')
  const removeReactions = database.prepare(`
    DELETE FROM reaction WHERE message IN
      (SELECT id FROM message WHERE room = ? AND seq IS NOT NULL)`)
  const removeNumbered = database.prepare('DELETE FROM message WHERE room = ? AND seq IS NOT NULL')
  const countUnread = database.prepare<{ count: number }>(`
    SELECT count(*) AS count FROM message
    WHERE room = ? AND seq > ? AND author <> ? AND deleted = 0`)

  return {
    get: (id) => get.get(id),
    before: (room, from, end, limit) => before.all(room, from, end, limit),
    addPending: ({ id, room, author, at, text, replyTo }) =>
      void addPending.run(id, room, author, at, text, replyTo ?? null),
    post: (message, seq) => void post.run({ ...message, replyTo: message.replyTo ?? null, seq }),
    fold(room, message) {
      const { id, author, at, text, seq, revision } = message
      fold.run({
        id,
        room,
        author,
        at,
        text,
        seq,
        revision,
        replyTo: message.replyTo ?? null,
        edited: message.editedAt === undefined ? 0 : 1,
        deleted: message.deleted === true ? 1 : 0,
      })
    },
    number: (id, seq, at) => void number.run({ id, seq, at }),
    setPendingText: (id, text) => void setPendingText.run(text, id),
    edit: (id, text, revision) => edit.run({ id, text, revision }).changes > 0,
    scrub(id, revision) {
      const changed = scrub.run({ id, revision }).changes > 0
      if (changed) scrubReactions.run(id)
      return changed
    },
    remove(id) {
      scrubReactions.run(id)
      remove.run(id)
    },
    removeNumbered(room) {
      removeReactions.run(room)
      removeNumbered.run(room)
    },
    countUnread: (room, self, seq) => countUnread.get(room, seq, self)?.count ?? 0,
  }
}

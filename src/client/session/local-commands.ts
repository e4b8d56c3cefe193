import type { ClientMessage } from '../../protocol/client-messages.ts'
import type { MemberId, RoomId } from '../../protocol/ids.ts'
import type { ClientSession } from '../client-session.ts'
import { isStorageFault, storageWords, type Synchronous } from '../local-db/database.ts'
import type { Replica } from '../local-db/replica.ts'
import type { Logger } from '../logger.ts'
import type { Compose } from '../outbox/compose.ts'
import type { Drain } from '../outbox/drain.ts'
import { type ClientResult, fail, succeed } from '../result.ts'
import type { Typing } from '../sync/typing.ts'
import { unreadAfter } from '../sync/unread.ts'
import type { Changes } from '../view/changes.ts'

type LocalCommands = Pick<
  ClientSession,
  | 'send'
  | 'edit'
  | 'delete'
  | 'react'
  | 'unreact'
  | 'retry'
  | 'discard'
  | 'markRead'
  | 'setTyping'
  | 'setDraft'
  | 'reads'
>

/** What a person does that needs no answer from the server: done once it is in the local database. */
export function createLocalCommands(options: {
  readonly replica: Replica
  readonly self: MemberId
  readonly compose: Compose
  readonly changes: Changes
  readonly drain: Drain
  readonly typing: Typing
  readonly logger: Logger
  readonly changed: () => void
  /** Does nothing while the connection is not live. */
  readonly tellServer: (message: ClientMessage) => void
}): LocalCommands {
  const { replica, self, compose, changes, drain, typing, logger, changed, tellServer } = options
  const { database, rooms } = replica

  type Change<Value> = () => Synchronous<ClientResult<Value>>

  /** A person's write: on disk when this returns (D1), or not done at all. */
  function write<Value>(room: RoomId, change: () => ClientResult<Value>): ClientResult<Value> {
    const result = stored(() => database.writeDurably(change as Change<Value>))
    if (result.ok) drain.pump(room)
    return result
  }

  function stored<Value>(store: () => ClientResult<Value>): ClientResult<Value> {
    try {
      return store()
    } catch (error) {
      if (!isStorageFault(error)) throw error
      logger.error('a write could not be stored', { code: error.code })
      return fail('internal', storageWords(error))
    } finally {
      changed()
    }
  }

  function noSuchRoom() {
    return fail('no-such-room', 'This room does not exist any more.')
  }

  return {
    send: (room, text, replyTo) => {
      typing.say(room, false)
      return write(room, () => compose.send(room, text, replyTo))
    },
    edit: (room, message, text) => write(room, () => compose.edit(room, message, text)),
    delete: (room, message) => write(room, () => compose.delete(room, message)),
    react: (room, message, emoji) =>
      write(room, () => compose.react('react', room, message, emoji)),
    unreact: (room, message, emoji) =>
      write(room, () => compose.react('unreact', room, message, emoji)),
    retry: (room, id) => write(room, () => compose.retry(room, id)),
    discard: (room, id) => write(room, () => compose.discard(room, id)),
    markRead(room, wanted) {
      const row = rooms.get(room)
      if (row === undefined) return noSuchRoom()
      const seq = Math.min(wanted, row.cursor)
      if (seq <= row.read_seq) return succeed(null)
      const moved = (): ClientResult<null> => {
        rooms.setReadSeq(room, seq)
        rooms.setUnread(room, unreadAfter(replica, self, room, seq, row.unread))
        changes.room(room)
        return succeed(null)
      }
      const result = stored(() => database.write(moved))
      // Sent again with the next connection unless the server tells it back.
      if (result.ok) tellServer({ type: 'read', room, seq })
      return result
    },
    setTyping(room, active) {
      if (rooms.get(room)?.left_it === 0) typing.say(room, active)
    },
    setDraft: (room, text) =>
      write(room, () => {
        if (rooms.get(room) === undefined) return noSuchRoom()
        replica.drafts.set(room, text)
        changes.room(room)
        return succeed(null)
      }),
    reads: (room) =>
      rooms.get(room) === undefined ? noSuchRoom() : succeed(replica.reads.of(room)),
  }
}

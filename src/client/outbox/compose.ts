import type { Operation } from '../../protocol/client-messages.ts'
import type { MemberId, MessageId, RoomId } from '../../protocol/ids.ts'
import { MAX_TEXT_LENGTH } from '../../protocol/limits.ts'
import { emojiSchema, sentTextSchema } from '../../protocol/records.ts'
import type { Clock } from '../clock.ts'
import { failureWords } from '../failure-words.ts'
import type { MessageRow } from '../local-db/messages.ts'
import type { Replica } from '../local-db/replica.ts'
import { type ClientResult, fail, succeed } from '../result.ts'
import type { Changes } from '../view/changes.ts'
import type { Settlement } from './settle.ts'

/** What a person writes, put in the outbox with its message in one transaction (D1), or why it cannot be. */
export interface Compose {
  send(room: RoomId, text: string, replyTo?: MessageId): ClientResult<{ message: MessageId }>
  edit(room: RoomId, message: MessageId, text: string): ClientResult<null>
  delete(room: RoomId, message: MessageId): ClientResult<null>
  react(
    kind: 'react' | 'unreact',
    room: RoomId,
    message: MessageId,
    emoji: string,
  ): ClientResult<null>
  retry(room: RoomId, id: MessageId): ClientResult<null>
  discard(room: RoomId, id: MessageId): ClientResult<null>
}

export function createCompose(options: {
  readonly replica: Replica
  readonly self: MemberId
  readonly clock: Clock
  readonly uuid: () => string
  readonly changes: Changes
  readonly settlement: Settlement
  /** Characters the server takes, once it told. */
  readonly textLimit: () => number
}): Compose {
  const { changes, clock, replica, self, settlement } = options
  const { messages, outbox, rooms } = replica
  const newId = (): MessageId => options.uuid() as MessageId
  const done = succeed(null)

  function unfitText(text: string): ReturnType<typeof fail> | undefined {
    const limit = Math.min(MAX_TEXT_LENGTH, options.textLimit())
    if (text.length > limit) return fail('too-large', failureWords('too-large', limit))
    const problem = sentTextSchema.safeParse(text).error?.issues[0]
    return problem === undefined
      ? undefined
      : fail('invalid-arguments', `The text ${problem.message}.`)
  }

  /** The message a change is about, when it can still be changed. */
  function target(room: RoomId, id: MessageId): ClientResult<MessageRow> {
    if (rooms.get(room) === undefined) return no('no-such-room')
    const row = messages.get(id)
    if (row === undefined || row.room !== room) return no('no-such-message')
    return row.deleted === 1 ? no('message-deleted') : succeed(row)
  }

  function failedPost(row: MessageRow) {
    const write = row.seq === null ? outbox.get(row.id) : undefined
    return write !== undefined && write.failure !== null ? write : undefined
  }

  function enqueue(room: RoomId, operation: Operation & { readonly target: MessageId }): void {
    outbox.add({ id: newId(), room, operation })
    changes.message(room, operation.target)
  }

  return {
    send(room, text, replyTo) {
      const row = rooms.get(room)
      if (row === undefined) return no('no-such-room')
      if (row.left_it === 1) return no('not-a-member')
      const unfit = unfitText(text)
      if (unfit !== undefined) return unfit
      const id = newId()
      messages.addPending({ id, room, author: self, at: clock.now(), text, replyTo })
      outbox.add({
        id,
        room,
        operation: { kind: 'post', text, ...(replyTo === undefined ? {} : { replyTo }) },
      })
      // With the message, so that a crash between the two does not leave it in the composer as well (D1).
      replica.drafts.set(room, '')
      rooms.touch(room)
      changes.room(room)
      changes.message(room, id)
      return succeed({ message: id })
    },
    edit(room, id, text) {
      const found = target(room, id)
      if (!found.ok) return found
      if (found.value.author !== self) return no('not-the-author')
      const unfit = unfitText(text)
      if (unfit !== undefined) return unfit
      const failed = failedPost(found.value)
      if (failed === undefined || failed.operation.kind !== 'post') {
        enqueue(room, { kind: 'edit', target: id, text })
        return done
      }
      // The server does not have it, so the post itself is put right and sent again.
      messages.setPendingText(id, text)
      outbox.setOperation(id, { ...failed.operation, text })
      settlement.retry(failed)
      return done
    },
    delete(room, id) {
      const found = target(room, id)
      if (!found.ok) return found
      if (found.value.author !== self) return no('not-the-author')
      const failed = failedPost(found.value)
      if (failed !== undefined) settlement.discard(failed)
      else if (!outbox.on(id).some(isWaitingDelete)) enqueue(room, { kind: 'delete', target: id })
      return done
    },
    react(kind, room, id, emoji) {
      const found = target(room, id)
      if (!found.ok) return found
      if (failedPost(found.value) !== undefined) return no('no-such-message')
      if (!emojiSchema.safeParse(emoji).success) {
        return fail('invalid-arguments', 'This is not an emoji.')
      }
      enqueue(room, { kind, target: id, emoji })
      return done
    },
    retry(room, id) {
      const write = outbox.get(id)
      if (write === undefined || write.room !== room) return no('no-such-message')
      if (write.failure !== null) settlement.retry(write)
      return done
    },
    discard(room, id) {
      const write = outbox.get(id)
      if (write === undefined || write.room !== room) return no('no-such-message')
      if (write.failure === null) {
        return fail('not-allowed', 'This is on its way and can only be deleted.')
      }
      settlement.discard(write)
      return done
    },
  }
}

function isWaitingDelete(write: { operation: Operation; failure: unknown }): boolean {
  return write.operation.kind === 'delete' && write.failure === null
}

function no(code: Parameters<typeof failureWords>[0]) {
  return fail(code, failureWords(code))
}

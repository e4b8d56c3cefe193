import type { ErrorCode } from '../../protocol/errors.ts'
import type { MemberId, MessageId, RoomId } from '../../protocol/ids.ts'
import type { OutboxWrite } from '../local-db/outbox-rows.ts'
import type { Replica } from '../local-db/replica.ts'
import type { Changes } from '../view/changes.ts'

/** What the server's answers, and the person's wishes about failures, do to the outbox. Runs inside a transaction. */
export interface Settlement {
  /** The write has this number (D3). It may be told by an ack, its event, or both, in any order. */
  confirmed(id: MessageId, seq: number, at: number): void
  /** The write is in the log or in a page of it: only the queued copy goes. */
  seen(id: MessageId): void
  refused(id: MessageId, code: ErrorCode, words: string): void
  retry(write: OutboxWrite): void
  discard(write: OutboxWrite): void
  /** Forgets a room that was only kept for its unsent writes, once it has none. */
  purgeIfLeft(room: RoomId): void
}

export function createSettlement(replica: Replica, self: MemberId, changes: Changes): Settlement {
  const { messages, outbox, reactions } = replica

  function touched({ id, room, operation }: OutboxWrite): void {
    changes.message(room, operation.kind === 'post' ? id : operation.target)
  }

  /** The change stays on screen between its ack and its event, which may come much later. */
  function makeReal({ id, operation }: OutboxWrite, seq: number, at: number): void {
    switch (operation.kind) {
      case 'post':
        return messages.number(id, seq, at)
      case 'edit':
        return void messages.edit(operation.target, operation.text, seq)
      case 'delete':
        return void messages.scrub(operation.target, seq)
      case 'react':
        if (messages.get(operation.target)?.deleted === 0) {
          reactions.add(operation.target, operation.emoji, self, seq)
        }
        return
      case 'unreact':
        return void reactions.remove(operation.target, operation.emoji, self)
    }
  }

  function drop(write: OutboxWrite): void {
    outbox.remove(write.id)
    if (write.operation.kind === 'post') {
      for (const dependent of outbox.on(write.id)) outbox.remove(dependent.id)
      messages.remove(write.id)
    }
    touched(write)
    purgeIfLeft(write.room)
  }

  function purgeIfLeft(room: RoomId): void {
    if (replica.rooms.get(room)?.left_it !== 1 || outbox.of(room).length > 0) return
    replica.notices.removeAll(room)
    replica.reads.removeAll(room)
    messages.removeNumbered(room)
    replica.rooms.remove(room)
    changes.roomRemoved(room)
  }

  return {
    confirmed(id, seq, at) {
      const write = outbox.get(id)
      if (write === undefined) return
      outbox.remove(id)
      makeReal(write, seq, at)
      touched(write)
      purgeIfLeft(write.room)
    },
    seen(id) {
      const write = outbox.get(id)
      if (write === undefined) return
      outbox.remove(id)
      touched(write)
    },
    refused(id, code, words) {
      const write = outbox.get(id)
      if (write === undefined) return
      if (isVoid(write, code)) {
        outbox.remove(id)
        touched(write)
        return purgeIfLeft(write.room)
      }
      const dependents = write.operation.kind === 'post' ? outbox.on(id) : []
      // The person deleted the message while it was on its way: it is not there, as they wished.
      if (dependents.some((dependent) => dependent.operation.kind === 'delete')) return drop(write)
      // What changes a message that does not exist fails with it, and is tried again with it.
      for (const failing of [write, ...dependents]) outbox.fail(failing.id, code, words)
      touched(write)
    },
    retry(write) {
      outbox.requeue(write.id)
      if (write.operation.kind === 'post') {
        for (const dependent of outbox.on(write.id)) outbox.requeue(dependent.id)
      }
      touched(write)
    },
    discard: drop,
    purgeIfLeft,
  }
}

/** Nothing is left to do or to decide: the message these changes were about was deleted meanwhile. */
function isVoid({ operation }: OutboxWrite, code: ErrorCode): boolean {
  if (code !== 'message-deleted') return false
  switch (operation.kind) {
    case 'delete':
    case 'react':
    case 'unreact':
      return true
    // Words a person wrote are theirs to discard.
    case 'post':
    case 'edit':
      return false
  }
}

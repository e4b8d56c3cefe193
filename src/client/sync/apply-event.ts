import type { MemberId } from '../../protocol/ids.ts'
import type { RoomEvent } from '../../protocol/records.ts'
import type { Replica } from '../local-db/replica.ts'
import type { RoomRow } from '../local-db/rooms.ts'
import type { Changes } from '../view/changes.ts'

/** What one event did, for the tally of its batch. */
export interface Applied {
  /** Change to the number of unread messages. */
  readonly unread: -1 | 0 | 1
  readonly activity: boolean
  /** The event changes a message that is not loaded here. */
  readonly skipped: boolean
}

const QUIET: Applied = { unread: 0, activity: false, skipped: false }
const SKIPPED: Applied = { unread: 0, activity: false, skipped: true }

/** Applies one event of the room's log; applying it twice changes nothing (D7). Runs inside a transaction. */
export function applyEvent(
  replica: Replica,
  changes: Changes,
  self: MemberId,
  room: RoomRow,
  event: RoomEvent,
): Applied {
  const { messages, notices, reactions, rooms } = replica
  switch (event.type) {
    case 'message.posted': {
      const { id, actor: author, at, text, replyTo, seq } = event
      messages.post({ id, room: room.id, author, at, text, replyTo }, seq)
      changes.message(room.id, id)
      const unread = author !== self && seq > room.read_seq ? 1 : 0
      return { unread, activity: true, skipped: false }
    }
    case 'message.edited':
      if (messages.edit(event.target, event.text, event.seq)) {
        changes.message(room.id, event.target)
        return QUIET
      }
      return messages.get(event.target) === undefined ? SKIPPED : QUIET
    case 'message.deleted': {
      const before = messages.get(event.target)
      if (before === undefined) return SKIPPED
      if (!messages.scrub(event.target, event.seq)) return QUIET
      changes.message(room.id, event.target)
      const wasUnread = before.author !== self && (before.seq ?? 0) > room.read_seq
      return { unread: wasUnread ? -1 : 0, activity: false, skipped: false }
    }
    case 'reaction.added': {
      const message = messages.get(event.target)
      if (message === undefined) return SKIPPED
      if (message.deleted === 0) {
        reactions.add(event.target, event.emoji, event.actor, event.seq)
        changes.message(room.id, event.target)
      }
      return QUIET
    }
    case 'reaction.removed':
      if (reactions.remove(event.target, event.emoji, event.actor)) {
        changes.message(room.id, event.target)
        return QUIET
      }
      return messages.get(event.target) === undefined ? SKIPPED : QUIET
    case 'room.created':
      notices.put(room.id, event)
      changes.notice(room.id, event.seq)
      return { unread: 0, activity: true, skipped: false }
    case 'room.changed':
      if (event.name !== undefined) rooms.setName(room.id, event.name)
      if (event.topic !== undefined) rooms.setTopic(room.id, event.topic)
      notices.put(room.id, event)
      changes.notice(room.id, event.seq)
      return QUIET
    case 'member.joined':
      rooms.addMember(room.id, event.member)
      notices.put(room.id, event)
      changes.notice(room.id, event.seq)
      return QUIET
    case 'member.left':
      rooms.removeMember(room.id, event.member)
      notices.put(room.id, event)
      changes.notice(room.id, event.seq)
      return QUIET
  }
}

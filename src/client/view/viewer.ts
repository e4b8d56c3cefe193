import type { MemberId, MessageId, RoomId } from '../../protocol/ids.ts'
import type { Notice } from '../../protocol/records.ts'
import type { MessageRow } from '../local-db/messages.ts'
import type { MemberRow } from '../local-db/people.ts'
import type { Replica } from '../local-db/replica.ts'
import type { RoomRow } from '../local-db/rooms.ts'
import type { MessageView, NoticeView, PersonView, RoomView, TimelineItem } from '../views.ts'
import { isUnsentOrder, messageView, unsentNumber } from './overlay.ts'
import type { Presences } from './presences.ts'

/** Draws views from the local database, which is the only truth. */
export interface Viewer {
  room(id: RoomId): RoomView | undefined
  rooms(): readonly RoomView[]
  person(id: MemberId): PersonView | undefined
  people(): readonly PersonView[]
  /** Those that are here and part of what is loaded. */
  messages(room: RoomId, ids: Iterable<MessageId>): ReadonlyMap<MessageId, MessageView>
  notice(room: RoomId, seq: number): NoticeView | undefined
  /** The newest loaded items before `before`, at most `limit`, oldest first; and whether more are loaded. */
  timeline(room: RoomRow, before: number | undefined, limit: number): LocalPage
  unread(): { readonly all: number; readonly direct: number }
}

export interface LocalPage {
  readonly items: readonly TimelineItem[]
  readonly more: boolean
}

export function createViewer(replica: Replica, self: MemberId, presences: Presences): Viewer {
  const { messages, notices, outbox, people, reactions, rooms } = replica

  function roomView(row: RoomRow): RoomView {
    const memberIds = rooms.members(row.id)
    return {
      id: row.id,
      kind: row.kind,
      name: row.kind === 'direct' ? directName(memberIds) : row.name,
      topic: row.topic,
      visibility: row.visibility,
      isDefault: row.is_default === 1,
      memberIds,
      unread: row.unread,
      readSeq: row.read_seq,
      headSeq: row.cursor,
      draft: replica.drafts.get(row.id),
      activity: row.activity,
      ...(row.left_it === 1 ? { left: true } : {}),
    }
  }

  function directName(memberIds: readonly MemberId[]): string {
    const names = memberIds
      .filter((member) => member !== self)
      .map((member) => people.get(member)?.name ?? 'Someone')
    return names.length > 0 ? names.join(', ') : (people.get(self)?.name ?? 'Someone')
  }

  function personView({ id, name, role, gone, last_seen: lastSeen }: MemberRow): PersonView {
    return {
      id,
      name,
      role,
      presence: presences.get(id),
      ...(lastSeen === null ? {} : { lastSeen }),
      isSelf: id === self,
      ...(gone === 1 ? { gone: true } : {}),
    }
  }

  function viewOf(row: MessageRow, hasChanges: boolean): MessageView {
    return messageView(
      row,
      reactions.of(row.id),
      row.seq === null ? outbox.get(row.id) : undefined,
      hasChanges ? outbox.on(row.id) : [],
      self,
    )
  }

  return {
    room(id) {
      const row = rooms.get(id)
      return row === undefined ? undefined : roomView(row)
    },
    rooms: () => rooms.all().map(roomView),
    person(id) {
      const row = people.get(id)
      return row === undefined ? undefined : personView(row)
    },
    people: () => people.all().map(personView),
    messages(room, ids) {
      const loadedFrom = rooms.get(room)?.loaded_from ?? 1
      const changed = outbox.targets()
      const views = new Map<MessageId, MessageView>()
      for (const id of ids) {
        const row = messages.get(id)
        if (row === undefined || (row.seq !== null && row.seq < loadedFrom)) continue
        views.set(id, viewOf(row, changed.has(id)))
      }
      return views
    },
    notice(room, seq) {
      const event = notices.get(room, seq)
      return event === undefined ? undefined : noticeView(event)
    },
    timeline(room, before = Number.MAX_SAFE_INTEGER, limit) {
      const changed = outbox.targets()
      const unsent = outbox
        .posts(room.id, unsentNumber(before), limit + 1)
        .flatMap((post) => messages.get(post.id) ?? [])
        .filter((row) => row.seq === null)
        .map((row) => viewOf(row, changed.has(row.id)))
        .toReversed()
      const end = isUnsentOrder(before) ? Number.MAX_SAFE_INTEGER : before
      // One more than asked tells whether there is more.
      const numbered = [
        ...messages
          .before(room.id, room.loaded_from, end, limit + 1)
          .map((row) => viewOf(row, changed.has(row.id))),
        ...notices.before(room.id, room.loaded_from, end, limit + 1).map(noticeView),
      ].toSorted((a, b) => a.order - b.order)
      const all = [...numbered, ...unsent]
      return { items: all.slice(-limit), more: all.length > limit }
    },
    unread() {
      let all = 0
      let direct = 0
      for (const room of rooms.all()) {
        all += room.unread
        if (room.kind === 'direct') direct += room.unread
      }
      return { all, direct }
    },
  }
}

function noticeView(event: Notice): NoticeView {
  return { type: 'notice', id: event.id, seq: event.seq, order: event.seq, at: event.at, event }
}

import type { Epoch, MemberId, RoomId } from '../../protocol/ids.ts'
import type { Cursor, RoomKind, RoomState, Visibility } from '../../protocol/records.ts'
import type { LocalDatabase } from './database.ts'

export interface RoomRow {
  readonly id: RoomId
  readonly kind: RoomKind
  readonly name: string
  readonly topic: string
  readonly visibility: Visibility
  readonly is_default: 0 | 1
  readonly epoch: Epoch
  /** Number of the last event applied (D7). */
  readonly cursor: number
  /** See the first migration. */
  readonly loaded_from: number
  readonly unread: number
  /** This person's own read position, as far as this device knows (D18). */
  readonly read_seq: number
  readonly activity: number
  /** The person is no longer in the room; it stays while it holds writes that were not sent. */
  readonly left_it: 0 | 1
}

export interface Rooms {
  get(id: RoomId): RoomRow | undefined
  all(): readonly RoomRow[]
  cursors(): readonly Cursor[]
  /** Makes the room or replaces its state; what is read of it and its activity are kept by the caller. */
  put(
    state: RoomState,
    position: Pick<RoomRow, 'cursor' | 'loaded_from' | 'unread' | 'read_seq' | 'activity'>,
  ): void
  setCursor(id: RoomId, cursor: number): void
  setLoadedFrom(id: RoomId, seq: number): void
  setUnread(id: RoomId, unread: number): void
  setReadSeq(id: RoomId, seq: number): void
  setName(id: RoomId, name: string): void
  setTopic(id: RoomId, topic: string): void
  /** Marks the room as the most recently active one. */
  touch(id: RoomId): void
  nextActivity(): number
  markLeft(id: RoomId): void
  remove(id: RoomId): void
  members(id: RoomId): readonly MemberId[]
  addMember(id: RoomId, member: MemberId): void
  removeMember(id: RoomId, member: MemberId): void
}

export function roomsIn(database: LocalDatabase): Rooms {
  const get = database.prepare<RoomRow>('SELECT * FROM room WHERE id = ?')
  const all = database.prepare<RoomRow>('SELECT * FROM room ORDER BY id')
  const cursors = database.prepare<Cursor>(
    'SELECT id AS room, epoch, cursor AS seq FROM room WHERE left_it = 0 ORDER BY id',
  )
  const put = database.prepare(`
    INSERT INTO room (id, kind, name, topic, visibility, is_default, created_at, epoch, cursor,
      loaded_from, unread, read_seq, activity)
    VALUES (@id, @kind, @name, @topic, @visibility, @isDefault, @createdAt, @epoch, @cursor,
      @loaded_from, @unread, @read_seq, @activity)
    ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, name = excluded.name,
      topic = excluded.topic, visibility = excluded.visibility, is_default = excluded.is_default,
      epoch = excluded.epoch, cursor = excluded.cursor, loaded_from = excluded.loaded_from,
      unread = excluded.unread, read_seq = excluded.read_seq, activity = excluded.activity,
      left_it = 0`)
  const setCursor = database.prepare('UPDATE room SET cursor = ? WHERE id = ?')
  const setLoadedFrom = database.prepare('UPDATE room SET loaded_from = ? WHERE id = ?')
  const setUnread = database.prepare('UPDATE room SET unread = ? WHERE id = ?')
  const setReadSeq = database.prepare('UPDATE room SET read_seq = ? WHERE id = ?')
  const setName = database.prepare('UPDATE room SET name = ? WHERE id = ?')
  const setTopic = database.prepare('UPDATE room SET topic = ? WHERE id = ?')
  const newest = database.prepare<{ activity: number | null }>(
    'SELECT max(activity) AS activity FROM room',
  )
  const touch = database.prepare('UPDATE room SET activity = ? WHERE id = ?')
  const markLeft = database.prepare('UPDATE room SET left_it = 1, unread = 0 WHERE id = ?')
  const remove = database.prepare('DELETE FROM room WHERE id = ?')
  const members = database.prepare<{ member: MemberId }>(
    'SELECT member FROM room_member WHERE room = ? ORDER BY member',
  )
  const addMember = database.prepare('INSERT OR IGNORE INTO room_member VALUES (?, ?)')
  const removeMember = database.prepare('DELETE FROM room_member WHERE room = ? AND member = ?')
  const removeMembers = database.prepare('DELETE FROM room_member WHERE room = ?')

  // The only writer of this file is this process, so the counter can run ahead of the rows.
  let activity = newest.get()?.activity ?? 0
  const nextActivity = (): number => (activity += 1)

  return {
    get: (id) => get.get(id),
    all: () => all.all(),
    cursors: () => cursors.all(),
    put(state, position) {
      const { id, kind, name, topic, visibility, createdAt, epoch } = state
      const isDefault = state.isDefault ? 1 : 0
      put.run({ id, kind, name, topic, visibility, isDefault, createdAt, epoch, ...position })
      removeMembers.run(id)
      for (const member of state.members) addMember.run(id, member)
    },
    setCursor: (id, cursor) => void setCursor.run(cursor, id),
    setLoadedFrom: (id, seq) => void setLoadedFrom.run(seq, id),
    setUnread: (id, unread) => void setUnread.run(unread, id),
    setReadSeq: (id, seq) => void setReadSeq.run(seq, id),
    setName: (id, name) => void setName.run(name, id),
    setTopic: (id, topic) => void setTopic.run(topic, id),
    touch: (id) => void touch.run(nextActivity(), id),
    nextActivity,
    markLeft: (id) => void markLeft.run(id),
    remove(id) {
      removeMembers.run(id)
      remove.run(id)
    },
    members: (id) => members.all(id).map((row) => row.member),
    addMember: (id, member) => void addMember.run(id, member),
    removeMember: (id, member) => void removeMember.run(id, member),
  }
}

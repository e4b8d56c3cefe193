import type { DeviceId, MemberId, MessageId, RoomId } from '../../../protocol/ids.ts'
import type { RoomEvent } from '../../../protocol/records.ts'
import type { Ledger, LedgerRoom } from '../ledger.ts'
import { bodyOf } from '../event-rows.ts'
import type { Statement } from './database.ts'
import { type Facts, membershipKey, reactionKey } from './facts.ts'
import { packText } from './packed-text.ts'

/** A ledger in memory over the facts of one batch; what was changed is written by a handful of statements. */
export function createBatchLedger(facts: Facts): {
  readonly ledger: Ledger
  readonly statements: () => Statement[]
} {
  const made: { room: LedgerRoom; createdAt: number; memberSet: string | null }[] = []
  const written: { event: RoomEvent; room: RoomId; device: DeviceId }[] = []
  const moved = new Set<LedgerRoom>()
  const reshaped = new Set<LedgerRoom>()
  const entered = new Map<string, { room: RoomId; member: MemberId; seq: number }>()
  const left = new Map<string, { room: RoomId; member: MemberId }>()
  const revisions = new Map<MessageId, Revision>()
  const scrubbed = new Set<MessageId>()
  const given = new Map<string, Given>()
  const taken = new Map<string, Omit<Given, 'seq'>>()

  const countsOf = (target: MessageId): Map<string, number> => {
    const counts = facts.reactions.get(target) ?? new Map<string, number>()
    facts.reactions.set(target, counts)
    return counts
  }

  const ledger: Ledger = {
    room: (id) => facts.rooms.get(id),
    hasMember: (id) => facts.members.has(id),
    isIn: (room, member) => facts.memberships.has(membershipKey(room, member)),
    original: (id) => facts.originals.get(id),
    target(id, room) {
      const target = facts.targets.get(id)
      return target?.room === room ? target : undefined
    },
    reactions(target, emoji) {
      const counts = countsOf(target)
      const all = [...counts.values()].reduce((sum, count) => sum + count, 0)
      return { all, different: counts.size, known: counts.has(emoji) }
    },
    creatorOf: (room) =>
      facts.creators.get(room) ??
      written.find(({ event, room: id }) => id === room && event.seq === 1)?.event.actor,
    roomLike(memberSet, isDefault) {
      if (isDefault) {
        const other = facts.defaultRoom ?? made.find(({ room }) => room.isDefault)?.room.id
        if (other !== undefined) return other
      }
      return memberSet === null ? undefined : facts.roomsByMemberSet.get(memberSet)
    },

    addRoom(room, createdAt, memberSet) {
      made.push({ room, createdAt, memberSet })
      facts.rooms.set(room.id, room)
      if (memberSet !== null) facts.roomsByMemberSet.set(memberSet, room.id)
    },
    append(event, room, device) {
      if (facts.originals.has(event.id)) return false
      if (!facts.devices.has(device)) {
        throw new Error('a write came from a device that was not admitted')
      }
      room.head = event.seq
      moved.add(room)
      written.push({ event, room: room.id, device })
      facts.originals.set(event.id, { seq: event.seq, at: event.at, device, room: room.id })
      if (event.type === 'message.posted') {
        const { id, actor: author } = event
        facts.targets.set(id, { id, room: room.id, author, editedAt: null, deleted: false })
      }
      return true
    },
    rename(room, name, topic) {
      room.name = name
      room.topic = topic
      reshaped.add(room)
    },
    enter(room, member) {
      const key = membershipKey(room.id, member)
      facts.memberships.add(key)
      entered.set(key, { room: room.id, member, seq: room.head })
      reshaped.add(room)
    },
    leave(room, member) {
      const key = membershipKey(room.id, member)
      facts.memberships.delete(key)
      entered.delete(key)
      left.set(key, { room: room.id, member })
      reshaped.add(room)
    },
    edited(target, text, { at, seq }) {
      revisions.set(target, { message: target, text, editedAt: at, deleted: false, revision: seq })
      change(target, { editedAt: at })
    },
    deleted(target, { seq }) {
      const editedAt = facts.targets.get(target)?.editedAt ?? null
      revisions.set(target, { message: target, text: '', editedAt, deleted: true, revision: seq })
      change(target, { deleted: true })
      scrubbed.add(target)
      facts.reactions.set(target, new Map())
      for (const [key, { message }] of given) if (message === target) given.delete(key)
      for (const key of facts.given) if (key.startsWith(target)) facts.given.delete(key)
    },
    addReaction(message, emoji, { actor: member, seq }) {
      const key = reactionKey(message, member, emoji)
      if (facts.given.has(key)) return
      facts.given.add(key)
      const counts = countsOf(message)
      counts.set(emoji, (counts.get(emoji) ?? 0) + 1)
      given.set(key, { message, member, emoji, seq })
    },
    removeReaction(message, emoji, member) {
      const key = reactionKey(message, member, emoji)
      if (!facts.given.delete(key)) return
      const counts = countsOf(message)
      const count = (counts.get(emoji) ?? 1) - 1
      if (count > 0) counts.set(emoji, count)
      else counts.delete(emoji)
      given.delete(key)
      taken.set(key, { message, member, emoji })
    },
  }

  function change(target: MessageId, to: { editedAt?: number; deleted?: boolean }): void {
    const known = facts.targets.get(target)
    if (known !== undefined) facts.targets.set(target, { ...known, ...to })
  }

  return {
    ledger,
    statements: () =>
      [
        ...made.map(insertRoom),
        insertEvents(written),
        moveHeads([...moved].filter((room) => !reshaped.has(room)).map(headOf), false),
        moveHeads([...reshaped].map(headOf), true),
        removeMembers([...left.values()]),
        ...addMembers([...entered.values()]),
        revise([...revisions.values()]),
        ...scrub([...scrubbed]),
        takeReactions([...taken.values()]),
        giveReactions([...given.values()]),
      ].filter((statement) => statement !== undefined),
  }
}

interface Revision {
  readonly message: MessageId
  readonly text: string
  readonly editedAt: number | null
  readonly deleted: boolean
  readonly revision: number
}
interface Given {
  readonly message: MessageId
  readonly member: MemberId
  readonly emoji: string
  readonly seq: number
}
const headOf = ({ id, head, name, topic }: LedgerRoom) => ({ id, head, name, topic })

function insertRoom({
  room,
  createdAt,
  memberSet,
}: {
  room: LedgerRoom
  createdAt: number
  memberSet: string | null
}): Statement {
  const { id, kind, name, topic, visibility, isDefault, epoch } = room
  return {
    text: `INSERT INTO rooms
        (id, kind, name, topic, visibility, is_default, epoch, head, created_at, member_set)
      VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8, $9)`,
    values: [
      ...[id, kind, packText(name), packText(topic), visibility, isDefault],
      ...[epoch, createdAt, memberSet],
    ],
  }
}

function insertEvents(
  written: readonly { event: RoomEvent; room: RoomId; device: DeviceId }[],
): Statement | undefined {
  if (written.length === 0) return undefined
  const bodies = written.map(({ event }) => bodyOf(event))
  return {
    name: 'insert-events',
    text: `INSERT INTO events (room, seq, id, device, actor, at, type, target, text, extra)
      SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::uuid[], $4::uuid[], $5::uuid[],
        $6::bigint[], $7::text[], $8::uuid[], $9::text[], $10::text[])`,
    values: [
      written.map(({ room }) => room),
      written.map(({ event }) => event.seq),
      written.map(({ event }) => event.id),
      written.map(({ device }) => device),
      written.map(({ event }) => event.actor),
      written.map(({ event }) => event.at),
      written.map(({ event }) => event.type),
      written.map(({ event }) => ('target' in event ? event.target : null)),
      bodies.map(({ text }) => (text === null ? null : packText(text))),
      bodies.map(({ extra }) => extra),
    ],
  }
}

/** Marks what changed with the transaction, by which other nodes find it. */
function moveHeads(
  heads: readonly ReturnType<typeof headOf>[],
  reshaped: boolean,
): Statement | undefined {
  if (heads.length === 0) return undefined
  const shape = reshaped
    ? ', name = moved.name, topic = moved.topic, reshaped = pg_current_xact_id()'
    : ''
  return {
    name: reshaped ? 'reshape-rooms' : 'move-heads',
    text: `UPDATE rooms SET head = moved.head, changed = pg_current_xact_id()${shape}
      FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::text[]) AS moved (id, head, name, topic)
      WHERE rooms.id = moved.id`,
    values: [
      heads.map(({ id }) => id),
      heads.map(({ head }) => head),
      heads.map(({ name }) => packText(name)),
      heads.map(({ topic }) => packText(topic)),
    ],
  }
}

function removeMembers(left: readonly { room: RoomId; member: MemberId }[]): Statement | undefined {
  if (left.length === 0) return undefined
  return {
    text: `DELETE FROM room_members WHERE (room, member) IN
      (SELECT * FROM unnest($1::uuid[], $2::uuid[]))`,
    values: [left.map(({ room }) => room), left.map(({ member }) => member)],
  }
}

function addMembers(
  entered: readonly { room: RoomId; member: MemberId; seq: number }[],
): Statement[] {
  if (entered.length === 0) return []
  const rooms = entered.map(({ room }) => room)
  const members = entered.map(({ member }) => member)
  return [
    {
      text: 'INSERT INTO room_members (room, member) SELECT * FROM unnest($1::uuid[], $2::uuid[])',
      values: [rooms, members],
    },
    {
      text: `INSERT INTO reads (room, member, seq)
        SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::bigint[])
        ON CONFLICT (room, member) DO UPDATE SET seq = excluded.seq WHERE reads.seq < excluded.seq`,
      values: [rooms, members, entered.map(({ seq }) => seq)],
    },
  ]
}

function revise(revisions: readonly Revision[]): Statement | undefined {
  if (revisions.length === 0) return undefined
  return {
    text: `INSERT INTO revisions (message, text, edited_at, deleted, revision)
      SELECT * FROM unnest($1::uuid[], $2::text[], $3::bigint[], $4::boolean[], $5::bigint[])
      ON CONFLICT (message) DO UPDATE SET text = excluded.text, edited_at = excluded.edited_at,
        deleted = excluded.deleted, revision = excluded.revision`,
    values: [
      revisions.map(({ message }) => message),
      revisions.map(({ text }) => packText(text)),
      revisions.map(({ editedAt }) => editedAt),
      revisions.map(({ deleted }) => deleted),
      revisions.map(({ revision }) => revision),
    ],
  }
}

function scrub(messages: readonly MessageId[]): Statement[] {
  if (messages.length === 0) return []
  return [
    {
      text: `UPDATE events SET text = '' WHERE id = ANY($1::uuid[])
        OR (target = ANY($1::uuid[]) AND type = 'message.edited')`,
      values: [messages],
    },
    { text: 'DELETE FROM reactions WHERE message = ANY($1::uuid[])', values: [messages] },
  ]
}

function takeReactions(taken: readonly Omit<Given, 'seq'>[]): Statement | undefined {
  if (taken.length === 0) return undefined
  return {
    text: `DELETE FROM reactions WHERE (message, member, emoji) IN
      (SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[]))`,
    values: [
      taken.map(({ message }) => message),
      taken.map(({ member }) => member),
      taken.map(({ emoji }) => packText(emoji)),
    ],
  }
}

function giveReactions(given: readonly Given[]): Statement | undefined {
  if (given.length === 0) return undefined
  return {
    text: `INSERT INTO reactions (message, emoji, member, seq)
      SELECT * FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::bigint[])`,
    values: [
      given.map(({ message }) => message),
      given.map(({ emoji }) => packText(emoji)),
      given.map(({ member }) => member),
      given.map(({ seq }) => seq),
    ],
  }
}

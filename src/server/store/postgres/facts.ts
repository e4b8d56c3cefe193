import type { DeviceId, MemberId, MessageId, RoomId } from '../../../protocol/ids.ts'
import type { RoomKind, Visibility } from '../../../protocol/records.ts'
import type { Epoch } from '../../../protocol/ids.ts'
import type { Write } from '../../hub/ports.ts'
import { type CarryOutPorts, memberSetOf } from '../carry-out.ts'
import type { LedgerRoom, Original } from '../ledger.ts'
import { type Session, settled, type Statement } from './database.ts'
import { packText, unpackText } from './packed-text.ts'

/** Everything the rules may ask about a batch, read in its transaction in one round trip. */
export interface Facts {
  readonly rooms: Map<RoomId, LedgerRoom>
  readonly members: ReadonlySet<MemberId>
  readonly devices: ReadonlySet<DeviceId>
  /** `room member` */
  readonly memberships: Set<string>
  readonly originals: Map<MessageId, Original>
  readonly targets: Map<MessageId, TargetRow>
  /** Of the posts that are reacted to: how often each emoji was given. */
  readonly reactions: Map<MessageId, Map<string, number>>
  /** `message member emoji`, of those the batch asks about. */
  readonly given: Set<string>
  readonly creators: ReadonlyMap<RoomId, MemberId>
  readonly roomsByMemberSet: Map<string, RoomId>
  readonly defaultRoom: RoomId | undefined
}

export interface TargetRow {
  readonly id: MessageId
  readonly room: RoomId
  readonly author: MemberId
  readonly editedAt: number | null
  readonly deleted: boolean
}

/** Nodes make rooms one after the other: two that make the same one must see each other. */
const MAKING_ROOMS = 0x6c6c_726d

export const membershipKey = (room: RoomId, member: MemberId): string => `${room} ${member}`
export const reactionKey = (message: MessageId, member: MemberId, emoji: string): string =>
  `${message} ${member} ${emoji}`

type RoomRow = {
  readonly id: RoomId
  readonly kind: RoomKind
  readonly name: string
  readonly topic: string
  readonly visibility: Visibility
  readonly isDefault: boolean
  readonly epoch: Epoch
  readonly head: number
}

export async function loadFacts(
  session: Session,
  writes: readonly Write[],
  ports: CarryOutPorts,
): Promise<Facts> {
  const asked = questionsOf(writes, ports)
  const { rooms, reactionsAsked } = asked
  /** Asks only where there is something to ask for. */
  const ask = <Row extends object>(statement: Statement): Promise<Row[]> =>
    statement.values?.some((value) => Array.isArray(value) && value.length > 0) === true
      ? session.query<Row>(statement)
      : Promise.resolve([])

  // Sent one after the other and answered in that order: what follows the locks sees what others did before.
  const making = asked.creates.length > 0
  const [
    ,
    roomRows,
    members,
    devices,
    memberships,
    originals,
    targets,
    counts,
    given,
    creators,
    same,
    defaults,
  ] = (await settled<object[]>([
    making
      ? session.query({ text: 'SELECT pg_advisory_xact_lock($1)', values: [MAKING_ROOMS] })
      : Promise.resolve([]),
    ask({
      name: 'lock-rooms',
      // In one order on every node, so that no two wait for each other.
      text: `SELECT id, kind, name, topic, visibility, is_default AS "isDefault", epoch, head
        FROM rooms WHERE id = ANY($1::uuid[]) ORDER BY id FOR UPDATE`,
      values: [rooms],
    }),
    ask({ text: 'SELECT id FROM members WHERE id = ANY($1::uuid[])', values: [asked.members] }),
    ask({
      name: 'devices',
      text: 'SELECT id FROM devices WHERE id = ANY($1::uuid[])',
      values: [asked.devices],
    }),
    ask({
      name: 'memberships',
      text: `SELECT room, member FROM room_members
        JOIN unnest($1::uuid[], $2::uuid[]) AS asked (room, member) USING (room, member)`,
      values: [asked.pairs.map(([room]) => room), asked.pairs.map(([, member]) => member)],
    }),
    ask({
      name: 'originals',
      text: 'SELECT id, seq, at, device, room FROM events WHERE id = ANY($1::uuid[])',
      values: [asked.ids],
    }),
    ask({
      name: 'targets',
      text: `SELECT e.id, e.room, e.actor AS author, v.edited_at AS "editedAt",
          coalesce(v.deleted, false) AS deleted
        FROM events e LEFT JOIN revisions v ON v.message = e.id
        WHERE e.id = ANY($1::uuid[]) AND e.type = 'message.posted'`,
      values: [asked.targets],
    }),
    ask({
      text: `SELECT message, emoji, count(*) AS count FROM reactions
        WHERE message = ANY($1::uuid[]) GROUP BY message, emoji`,
      values: [reactionsAsked.map(({ message }) => message)],
    }),
    ask({
      text: `SELECT message, member, emoji FROM reactions
        JOIN unnest($1::uuid[], $2::uuid[], $3::text[]) AS asked (message, member, emoji)
          USING (message, member, emoji)`,
      values: [
        reactionsAsked.map(({ message }) => message),
        reactionsAsked.map(({ member }) => member),
        reactionsAsked.map(({ emoji }) => packText(emoji)),
      ],
    }),
    ask({
      text: 'SELECT room, actor FROM events WHERE room = ANY($1::uuid[]) AND seq = 1',
      values: [asked.creates],
    }),
    ask({
      text: 'SELECT id, member_set AS "memberSet" FROM rooms WHERE member_set = ANY($1::text[])',
      values: [asked.memberSets],
    }),
    making ? session.query({ text: 'SELECT id FROM rooms WHERE is_default' }) : Promise.resolve([]),
  ])) as [
    object[],
    RoomRow[],
    { id: MemberId }[],
    { id: DeviceId }[],
    { room: RoomId; member: MemberId }[],
    (Original & { id: MessageId })[],
    TargetRow[],
    { message: MessageId; emoji: string; count: number }[],
    { message: MessageId; member: MemberId; emoji: string }[],
    { room: RoomId; actor: MemberId }[],
    { id: RoomId; memberSet: string }[],
    { id: RoomId }[],
  ]

  const reactions = new Map<MessageId, Map<string, number>>()
  for (const { message, emoji, count } of counts) {
    const ofMessage = reactions.get(message) ?? new Map<string, number>()
    reactions.set(message, ofMessage.set(unpackText(emoji), count))
  }
  return {
    rooms: new Map(
      roomRows.map((row) => [
        row.id,
        { ...row, name: unpackText(row.name), topic: unpackText(row.topic) },
      ]),
    ),
    members: new Set(members.map(({ id }) => id)),
    devices: new Set(devices.map(({ id }) => id)),
    memberships: new Set(memberships.map(({ room, member }) => membershipKey(room, member))),
    originals: new Map(originals.map((row) => [row.id, row])),
    targets: new Map(targets.map((row) => [row.id, row])),
    reactions,
    given: new Set(
      given.map(({ message, member, emoji }) => reactionKey(message, member, unpackText(emoji))),
    ),
    creators: new Map(creators.map(({ room, actor }) => [room, actor])),
    roomsByMemberSet: new Map(same.map(({ id, memberSet }) => [memberSet, id])),
    defaultRoom: defaults[0]?.id,
  }
}

function questionsOf(writes: readonly Write[], ports: CarryOutPorts) {
  const rooms = new Set<RoomId>()
  const members = new Set<MemberId>()
  const devices = new Set<DeviceId>()
  const ids = new Set<MessageId>()
  const targets = new Set<MessageId>()
  const creates: RoomId[] = []
  const memberSets: string[] = []
  const pairs = new Map<string, readonly [RoomId, MemberId]>()
  const reactionsAsked: { message: MessageId; member: MemberId; emoji: string }[] = []
  const ofPair = (room: RoomId, member: MemberId): void =>
    void pairs.set(membershipKey(room, member), [room, member])

  for (const { room, actor, device, id, operation } of writes) {
    rooms.add(room)
    devices.add(device)
    ids.add(id)
    ofPair(room, actor)
    switch (operation.kind) {
      case 'post':
        if (operation.replyTo !== undefined) targets.add(operation.replyTo)
        break
      case 'react':
      case 'unreact':
        targets.add(operation.target)
        reactionsAsked.push({ message: operation.target, member: actor, emoji: operation.emoji })
        break
      case 'edit':
      case 'delete':
        targets.add(operation.target)
        break
      case 'join':
      case 'leave':
        members.add(operation.member)
        ofPair(room, operation.member)
        break
      case 'create': {
        creates.push(room)
        for (const member of operation.members) members.add(member)
        const memberSet = memberSetOf(operation, ports.hash)
        if (memberSet !== null) memberSets.push(memberSet)
        break
      }
      case 'change':
        break
    }
  }
  return {
    rooms: [...rooms],
    members: [...members],
    devices: [...devices],
    ids: [...ids],
    targets: [...targets],
    pairs: [...pairs.values()],
    creates,
    memberSets,
    reactionsAsked,
  }
}

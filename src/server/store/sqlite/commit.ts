import type Database from 'better-sqlite3'
import { epochSchema, roomIdSchema } from '../../../protocol/ids.ts'
import type { DeviceId, MemberId, MessageId, RoomId } from '../../../protocol/ids.ts'
import type { RoomEvent } from '../../../protocol/records.ts'
import type { Write, WriteResult } from '../../hub/ports.ts'
import { carryOut, type CarryOutPorts } from '../carry-out.ts'
import { bodyOf } from '../event-rows.ts'
import type { Ledger, LedgerRoom, Original } from '../ledger.ts'
import type { ReactionFacts } from '../rules.ts'
import { type CommitStatements, prepareCommit, type TargetRow } from './commit-sql.ts'
import { inTransaction } from './database.ts'

export type CommitPorts = CarryOutPorts

type NumberedRoom = LedgerRoom & {
  readonly num: number
  /** Whether they are in it: those who were asked about. */
  readonly members: Map<MemberId, boolean>
}

/** What earlier writes looked up, as of the last commit: this process alone has the file, and writes it here alone. */
interface Known {
  readonly rooms: Map<RoomId, NumberedRoom>
  readonly members: Map<MemberId, number>
  readonly devices: Map<DeviceId, number>
  /** Members of all rooms that were asked about. */
  places: number
}
/** Of rooms, members and devices each; then all are looked up again. */
const MAX_KNOWN = 10_000
/** Over all rooms: writers of many large rooms would be most of the memory. */
const MAX_PLACES = 100_000
const nothing = (): Known => ({
  ...{ rooms: new Map(), members: new Map(), devices: new Map() },
  places: 0,
})
const isTooMuch = ({ rooms, members, devices, places }: Known): boolean =>
  Math.max(rooms.size, members.size, devices.size) > MAX_KNOWN || places > MAX_PLACES

/** Carries out a batch of writes in order, in one durable transaction. */
export function createCommit(
  db: Database.Database,
  ports: CommitPorts,
): (writes: readonly Write[]) => WriteResult[] {
  const sql = prepareCommit(db)
  let known = nothing()
  return (writes) => {
    if (isTooMuch(known)) known = nothing()
    try {
      return inTransaction(db, () => {
        const ledger = new SqliteLedger(sql, known)
        const results = carryOut(writes, ledger, ports)
        ledger.finish()
        return results
      })
    } catch (fault) {
      // Heads and members that were moved are back where they were.
      known = nothing()
      throw fault
    }
  }
}

/** Everything is read and written as it comes: in one process a statement costs microseconds. */
class SqliteLedger implements Ledger {
  readonly #sql: CommitStatements
  readonly #known: Known
  readonly #moved = new Set<NumberedRoom>()
  /** The post that was looked at last is the one that is changed next. */
  #target: { readonly id: MessageId; readonly row: TargetRow | undefined } | undefined

  constructor(sql: CommitStatements, known: Known) {
    this.#sql = sql
    this.#known = known
  }

  /** Heads are written once for each room, however many events there were. */
  finish(): void {
    for (const { head, num } of this.#moved) this.#sql.setHead.run(head, num)
  }

  room(id: RoomId): NumberedRoom | undefined {
    const known = this.#known.rooms.get(id)
    if (known !== undefined) return known
    const row = this.#sql.room.get(id)
    if (row === undefined) return undefined
    const room = {
      ...{ ...row, id, isDefault: row.isDefault === 1 },
      ...{ epoch: epochSchema.parse(row.epoch), members: new Map<MemberId, boolean>() },
    }
    this.#known.rooms.set(id, room)
    return room
  }
  hasMember(id: MemberId): boolean {
    return this.#memberNumber(id) !== undefined
  }
  isIn(id: RoomId, member: MemberId): boolean {
    const { num, members } = this.#numbered(id)
    let known = members.get(member)
    if (known === undefined) {
      known = this.#sql.membership.get(num, member) !== undefined
      members.set(member, known)
      this.#known.places++
    }
    return known
  }
  original(id: MessageId): Original | undefined {
    return this.#sql.byId.get(id)
  }
  target(id: MessageId, room: RoomId): TargetRow | undefined {
    const row = this.#sql.target.get(id, this.#numbered(room).num)
    this.#target = { id, row }
    return row
  }
  reactions(target: MessageId, emoji: string): ReactionFacts {
    const counts = this.#sql.reactionsOf.get(emoji, this.#targetNumber(target))
    return { all: counts?.all ?? 0, different: counts?.different ?? 0, known: counts?.known === 1 }
  }
  creatorOf(room: RoomId): MemberId | undefined {
    return this.#sql.creator.get(this.#numbered(room).num)?.id
  }
  roomLike(memberSet: string | null, isDefault: boolean): RoomId | undefined {
    const other = this.#sql.roomLike.get(memberSet, isDefault ? 1 : 0)
    return other === undefined ? undefined : roomIdSchema.parse(other.id)
  }

  addRoom(room: LedgerRoom, createdAt: number, memberSet: string | null): void {
    const { id, kind, name, topic, visibility, epoch } = room
    const { lastInsertRowid } = this.#sql.insertRoom.run({
      ...{ id, kind, name, topic, visibility, epoch, createdAt, memberSet },
      isDefault: room.isDefault ? 1 : 0,
    })
    // The very object the caller goes on with: its head moves with its events.
    const numbered = Object.assign(room, { num: Number(lastInsertRowid), members: new Map() })
    this.#known.rooms.set(id, numbered)
  }
  append(event: RoomEvent, { id }: LedgerRoom, device: DeviceId): boolean {
    const room = this.#numbered(id)
    const { text, extra } = bodyOf(event)
    const { changes } = this.#sql.insertEvent.run(
      room.num,
      event.seq,
      event.id,
      this.#deviceNumber(device),
      this.#memberNumber(event.actor),
      event.at,
      event.type,
      'target' in event ? this.#targetNumber(event.target) : null,
      text,
      extra,
    )
    if (changes === 0) return false
    room.head = event.seq
    this.#moved.add(room)
    return true
  }
  rename(room: LedgerRoom, name: string, topic: string): void {
    room.name = name
    room.topic = topic
    this.#sql.renameRoom.run(name, topic, this.#numbered(room.id).num)
  }
  enter(room: LedgerRoom, member: MemberId): void {
    const { num, members } = this.#numbered(room.id)
    const number = this.#memberNumber(member) ?? 0
    members.set(member, true)
    this.#known.places++
    this.#sql.join.run(num, number)
    this.#sql.setRead.run(num, number, room.head)
  }
  leave(room: LedgerRoom, member: MemberId): void {
    const { num, members } = this.#numbered(room.id)
    members.set(member, false)
    this.#sql.leave.run(num, this.#memberNumber(member) ?? 0)
  }
  edited(target: MessageId, text: string, { at, seq }: RoomEvent): void {
    this.#sql.edited.run(this.#targetNumber(target), text, at, seq)
  }
  deleted(target: MessageId, { seq }: RoomEvent): void {
    const num = this.#targetNumber(target)
    this.#sql.deleted.run(num, seq)
    this.#sql.scrub.run(num, num)
    this.#sql.dropReactions.run(num)
  }
  addReaction(target: MessageId, emoji: string, { actor, seq }: RoomEvent): void {
    const member = this.#memberNumber(actor)
    this.#sql.addReaction.run(this.#targetNumber(target), emoji, member, seq)
  }
  removeReaction(target: MessageId, emoji: string, member: MemberId): void {
    const number = this.#memberNumber(member)
    this.#sql.removeReaction.run(this.#targetNumber(target), emoji, number)
  }

  #numbered(id: RoomId): NumberedRoom {
    const room = this.room(id)
    if (room === undefined) throw new Error('a room that does not exist was looked into')
    return room
  }
  #targetNumber(id: MessageId): number {
    if (this.#target?.id !== id || this.#target.row === undefined) {
      throw new Error('a post was changed before it was looked at')
    }
    return this.#target.row.num
  }
  #memberNumber(id: MemberId): number | undefined {
    return numberOf(id, this.#known.members, this.#sql.member)
  }
  #deviceNumber(id: DeviceId): number {
    const number = numberOf(id, this.#known.devices, this.#sql.device)
    if (number === undefined) throw new Error('a write came from a device that was not admitted')
    return number
  }
}

function numberOf<Id extends string>(
  id: Id,
  known: Map<Id, number>,
  statement: CommitStatements['member'],
): number | undefined {
  let number = known.get(id)
  if (number === undefined) {
    number = statement.get(id)?.num
    if (number !== undefined) known.set(id, number)
  }
  return number
}

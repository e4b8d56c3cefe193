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

export type CommitPorts = CarryOutPorts

type NumberedRoom = LedgerRoom & { readonly num: number; hasMoved: boolean }

/**
 * Carries out a batch of writes in order; the caller wraps it in one transaction. What it learns of rooms and
 * members is kept for the batch only, because the database is the truth.
 */
export function createCommit(
  db: Database.Database,
  ports: CommitPorts,
): (writes: readonly Write[]) => WriteResult[] {
  const sql = prepareCommit(db)
  return (writes) => {
    const ledger = new SqliteLedger(sql)
    const results = carryOut(writes, ledger, ports)
    ledger.finish()
    return results
  }
}

/** Everything is read and written as it comes: in one process a statement costs microseconds. */
class SqliteLedger implements Ledger {
  readonly #sql: CommitStatements
  readonly #rooms = new Map<RoomId, NumberedRoom | undefined>()
  readonly #members = new Map<MemberId, number | undefined>()
  readonly #devices = new Map<DeviceId, number>()
  readonly #memberships = new Map<string, boolean>()
  /** The post that was looked at last is the one that is changed next. */
  #target: { readonly id: MessageId; readonly row: TargetRow | undefined } | undefined

  constructor(sql: CommitStatements) {
    this.#sql = sql
  }

  /** Heads are written once for each room, however many events there were. */
  finish(): void {
    for (const room of this.#rooms.values()) {
      if (room?.hasMoved === true) this.#sql.setHead.run(room.head, room.num)
    }
  }

  room(id: RoomId): NumberedRoom | undefined {
    if (!this.#rooms.has(id)) {
      const row = this.#sql.room.get(id)
      this.#rooms.set(
        id,
        row === undefined
          ? undefined
          : {
              ...{ ...row, id, isDefault: row.isDefault === 1, hasMoved: false },
              epoch: epochSchema.parse(row.epoch),
            },
      )
    }
    return this.#rooms.get(id)
  }
  hasMember(id: MemberId): boolean {
    return this.#memberNumber(id) !== undefined
  }
  isIn(id: RoomId, member: MemberId): boolean {
    const { num } = this.#numbered(id)
    const key = `${num} ${member}`
    let known = this.#memberships.get(key)
    if (known === undefined) {
      known = this.#sql.membership.get(num, member) !== undefined
      this.#memberships.set(key, known)
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
    const numbered = Object.assign(room, { num: Number(lastInsertRowid), hasMoved: false })
    this.#rooms.set(id, numbered)
  }
  append(event: RoomEvent, { id }: LedgerRoom, device: DeviceId): boolean {
    const room = this.#numbered(id)
    const { changes } = this.#sql.insertEvent.run({
      room: room.num,
      seq: event.seq,
      id: event.id,
      device: this.#deviceNumber(device),
      actor: this.#memberNumber(event.actor),
      at: event.at,
      type: event.type,
      target: 'target' in event ? this.#targetNumber(event.target) : null,
      ...bodyOf(event),
    })
    if (changes === 0) return false
    room.head = event.seq
    room.hasMoved = true
    return true
  }
  rename(room: LedgerRoom, name: string, topic: string): void {
    room.name = name
    room.topic = topic
    this.#sql.renameRoom.run(name, topic, this.#numbered(room.id).num)
  }
  enter(room: LedgerRoom, member: MemberId): void {
    const { num } = this.#numbered(room.id)
    const number = this.#memberNumber(member) ?? 0
    this.#memberships.set(`${num} ${member}`, true)
    this.#sql.join.run(num, number)
    this.#sql.setRead.run(num, number, room.head)
  }
  leave(room: LedgerRoom, member: MemberId): void {
    const { num } = this.#numbered(room.id)
    this.#memberships.set(`${num} ${member}`, false)
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
    if (!this.#members.has(id)) this.#members.set(id, this.#sql.member.get(id)?.num)
    return this.#members.get(id)
  }
  #deviceNumber(id: DeviceId): number {
    let number = this.#devices.get(id)
    if (number === undefined) {
      number = this.#sql.device.get(id)?.num
      if (number === undefined) throw new Error('a write came from a device that was not admitted')
      this.#devices.set(id, number)
    }
    return number
  }
}

import type Database from 'better-sqlite3'
import { epochSchema, messageIdSchema } from '../../../protocol/ids.ts'
import type { Epoch, MemberId, MessageId, RoomId } from '../../../protocol/ids.ts'
import type { RoomEvent } from '../../../protocol/records.ts'
import type { RoomOperation, Write, WriteResult } from '../../hub/ports.ts'
import {
  ID_TAKEN,
  isResend,
  memberSetKey,
  NO_SUCH_MEMBER,
  NO_SUCH_ROOM,
  READ_ONLY,
  refuseOutsider,
  refuseReaction,
  refuseRoomOperation,
  refuseTarget,
  type RoomFacts,
} from '../rules.ts'
import { bodyOf } from '../event-rows.ts'
import { type CommitStatements, prepareCommit, type RoomRow, type TargetRow } from './commit-sql.ts'

export interface CommitPorts {
  readonly uuid: () => string
  readonly hash: (text: string) => string
}

type RoomInBatch = RoomRow & { head: number; changed: boolean }
type Committed = Extract<WriteResult, { kind: 'committed' }>

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
    const batch = new Batch(sql, ports)
    const results = writes.map((write) => batch.write(write))
    batch.finish()
    return results
  }
}

class Batch {
  readonly #sql: CommitStatements
  readonly #ports: CommitPorts
  readonly #rooms = new Map<RoomId, RoomInBatch | undefined>()
  readonly #members = new Map<string, number | undefined>()
  readonly #devices = new Map<string, number>()
  readonly #memberships = new Map<string, boolean>()

  constructor(sql: CommitStatements, ports: CommitPorts) {
    this.#sql = sql
    this.#ports = ports
  }

  write(write: Write): WriteResult {
    const result = this.#apply(write)
    // A resend gets its original ack even when the write would be refused today (D4).
    return result.kind === 'refused' ? (this.#original(write) ?? result) : result
  }

  finish(): void {
    for (const room of this.#rooms.values()) {
      if (room?.changed === true) this.#sql.setHead.run(room.head, room.num)
    }
  }

  #apply(write: Write): WriteResult {
    const { operation } = write
    if (operation.kind === 'create') return this.#create(write, operation)
    const room = this.#room(write.room)
    if (room === undefined) return NO_SUCH_ROOM
    switch (operation.kind) {
      case 'post':
      case 'edit':
      case 'delete':
      case 'react':
      case 'unreact':
        return this.#changeLog(write, operation, room)
      case 'join':
      case 'leave':
      case 'change':
        return this.#changeRoom(write, operation, room)
    }
  }

  #changeLog(
    write: Write,
    operation: Exclude<Write['operation'], RoomOperation>,
    room: RoomInBatch,
  ): WriteResult {
    if (write.onlyResend === true) return READ_ONLY
    const outsider = refuseOutsider(this.#facts(room, write.actor))
    if (outsider !== undefined) return outsider
    const base = this.#base(write, room)

    if (operation.kind === 'post') {
      const { text, replyTo } = operation
      if (replyTo !== undefined) {
        const refusal = refuseTarget('reply', write.actor, this.#sql.target.get(replyTo, room.num))
        if (refusal !== undefined) return refusal
      }
      const event: RoomEvent = {
        ...base,
        type: 'message.posted',
        text,
        ...(replyTo === undefined ? {} : { replyTo }),
      }
      return this.#append(write, room, event, null)
    }

    const target = this.#sql.target.get(operation.target, room.num)
    const refusal = refuseTarget(operation.kind, write.actor, target)
    if (refusal !== undefined || target === undefined) return refusal ?? NO_SUCH_ROOM
    return this.#changeMessage(write, operation, room, target, base)
  }

  #changeMessage(
    write: Write,
    operation: Exclude<Write['operation'], RoomOperation | { kind: 'post' }>,
    room: RoomInBatch,
    target: TargetRow,
    base: { seq: number; at: number; actor: MemberId; id: MessageId },
  ): WriteResult {
    const named = { ...base, target: operation.target }
    const actor = this.#memberNumber(write.actor)
    switch (operation.kind) {
      case 'edit': {
        const { text } = operation
        const result = this.#append(
          write,
          room,
          { ...named, type: 'message.edited', text },
          target.num,
        )
        if (result.kind === 'committed') {
          this.#sql.edited.run(target.num, text, base.at, base.seq)
        }
        return result
      }
      case 'delete': {
        const result = this.#append(write, room, { ...named, type: 'message.deleted' }, target.num)
        if (result.kind === 'committed') {
          this.#sql.deleted.run(target.num, base.seq)
          this.#sql.scrub.run(target.num, target.num)
          this.#sql.dropReactions.run(target.num)
        }
        return result
      }
      case 'react': {
        const { emoji } = operation
        const counts = this.#sql.reactionsOf.get(emoji, target.num)
        const refusal =
          counts === undefined
            ? undefined
            : refuseReaction({ ...counts, known: counts.known === 1 })
        if (refusal !== undefined) return refusal
        const event: RoomEvent = { ...named, type: 'reaction.added', emoji }
        const result = this.#append(write, room, event, target.num)
        if (result.kind === 'committed') {
          this.#sql.addReaction.run(target.num, emoji, actor, base.seq)
        }
        return result
      }
      case 'unreact': {
        const { emoji } = operation
        const event: RoomEvent = { ...named, type: 'reaction.removed', emoji }
        const result = this.#append(write, room, event, target.num)
        if (result.kind === 'committed') this.#sql.removeReaction.run(target.num, emoji, actor)
        return result
      }
    }
  }

  #changeRoom(
    write: Write,
    operation: Exclude<RoomOperation, { kind: 'create' }>,
    room: RoomInBatch,
  ): WriteResult {
    const refusal = refuseRoomOperation(operation, write.actor, this.#facts(room, write.actor))
    if (refusal !== undefined) return refusal
    const base = this.#base(write, room)

    if (operation.kind === 'change') {
      const name = operation.name === room.name ? undefined : operation.name
      const topic = operation.topic === room.topic ? undefined : operation.topic
      if (name === undefined && topic === undefined) return { kind: 'unchanged' }
      const event: RoomEvent = {
        ...base,
        type: 'room.changed',
        ...(name === undefined ? {} : { name }),
        ...(topic === undefined ? {} : { topic }),
      }
      const result = this.#append(write, room, event, null)
      if (result.kind === 'committed') {
        room.name = name ?? room.name
        room.topic = topic ?? room.topic
        this.#sql.renameRoom.run(room.name, room.topic, room.num)
      }
      return result
    }

    const { member } = operation
    const number = this.#memberNumber(member)
    if (number === undefined) return NO_SUCH_MEMBER
    const isMember = this.#isMember(room, member)
    if (isMember === (operation.kind === 'join')) return { kind: 'unchanged' }
    const type = operation.kind === 'join' ? 'member.joined' : 'member.left'
    const result = this.#append(write, room, { ...base, type, member }, null)
    if (result.kind !== 'committed') return result
    this.#memberships.set(`${room.num} ${member}`, operation.kind === 'join')
    if (operation.kind === 'join') this.#enter(room, number)
    else this.#sql.leave.run(room.num, number)
    return result
  }

  #create(write: Write, operation: Extract<RoomOperation, { kind: 'create' }>): WriteResult {
    const same = this.#room(write.room)
    if (same !== undefined) {
      // Asking twice makes one room, but only for the person who asked first.
      return this.#sql.creator.get(same.num)?.id === write.actor
        ? { kind: 'exists', room: write.room }
        : ID_TAKEN
    }
    const members = [...new Set(operation.members)]
    const numbers = members.map((member) => this.#memberNumber(member))
    if (numbers.includes(undefined)) return NO_SUCH_MEMBER
    const memberSet =
      operation.roomKind === 'direct' ? this.#ports.hash(memberSetKey(members)) : null
    const other = this.#sql.roomLike.get(memberSet, operation.isDefault ? 1 : 0)
    if (other !== undefined) return { kind: 'exists', room: other.id as RoomId }
    if (this.#sql.byId.get(write.id) !== undefined) return ID_TAKEN

    const epoch = epochSchema.parse(this.#ports.uuid())
    const { roomKind: kind, name, topic, visibility } = operation
    this.#sql.insertRoom.run({
      id: write.room,
      kind,
      name,
      topic,
      visibility,
      isDefault: operation.isDefault ? 1 : 0,
      epoch,
      createdAt: write.at,
      memberSet,
    })
    this.#rooms.delete(write.room)
    const room = this.#room(write.room)
    if (room === undefined) throw new Error('a room that was just made is not there')

    const created: RoomEvent = {
      ...this.#base(write, room),
      type: 'room.created',
      kind,
      name,
      topic,
      visibility,
    }
    const first = this.#append(write, room, created, null)
    if (first.kind !== 'committed') throw new Error('the first event of a room was not taken')
    const events = [...first.events]
    for (const [index, member] of members.entries()) {
      const id = messageIdSchema.parse(this.#ports.uuid())
      const event: RoomEvent = { ...this.#base(write, room), id, type: 'member.joined', member }
      events.push(...(this.#append({ ...write, id }, room, event, null) as Committed).events)
      this.#memberships.set(`${room.num} ${member}`, true)
      this.#enter(room, numbers[index] ?? 0)
    }
    return { kind: 'committed', epoch, events }
  }

  /** The messages before somebody came are not unread to them. */
  #enter(room: RoomInBatch, member: number): void {
    this.#sql.join.run(room.num, member)
    this.#sql.setRead.run(room.num, member, room.head)
  }

  #append(
    write: Write,
    room: RoomInBatch,
    event: RoomEvent,
    target: number | null,
  ): Committed | Extract<WriteResult, { kind: 'duplicate' | 'refused' }> {
    const { changes } = this.#sql.insertEvent.run({
      room: room.num,
      seq: event.seq,
      id: event.id,
      device: this.#deviceNumber(write.device),
      actor: this.#memberNumber(write.actor),
      at: event.at,
      type: event.type,
      target,
      ...bodyOf(event),
    })
    if (changes === 0) return this.#original(write) ?? ID_TAKEN
    room.head = event.seq
    room.changed = true
    return { kind: 'committed', epoch: room.epoch as Epoch, events: [event] }
  }

  #original(write: Write): Extract<WriteResult, { kind: 'duplicate' | 'refused' }> | undefined {
    const original = this.#sql.byId.get(write.id)
    if (original === undefined) return undefined
    if (!isResend(write, original)) return ID_TAKEN
    return { kind: 'duplicate', seq: original.seq, at: original.at }
  }

  #base(write: Write, room: RoomInBatch) {
    return { seq: room.head + 1, at: write.at, actor: write.actor, id: write.id }
  }

  #room(id: RoomId): RoomInBatch | undefined {
    if (!this.#rooms.has(id)) {
      const row = this.#sql.room.get(id)
      this.#rooms.set(id, row === undefined ? undefined : { ...row, changed: false })
    }
    return this.#rooms.get(id)
  }

  #facts(room: RoomInBatch, actor: MemberId): RoomFacts {
    return {
      kind: room.kind,
      visibility: room.visibility,
      isDefault: room.isDefault === 1,
      actorIsMember: this.#isMember(room, actor),
    }
  }

  #isMember(room: RoomInBatch, member: MemberId): boolean {
    const key = `${room.num} ${member}`
    let known = this.#memberships.get(key)
    if (known === undefined) {
      known = this.#sql.membership.get(room.num, member) !== undefined
      this.#memberships.set(key, known)
    }
    return known
  }

  #memberNumber(id: MemberId): number | undefined {
    if (!this.#members.has(id)) this.#members.set(id, this.#sql.member.get(id)?.num)
    return this.#members.get(id)
  }

  #deviceNumber(id: string): number {
    let number = this.#devices.get(id)
    if (number === undefined) {
      number = this.#sql.device.get(id)?.num
      if (number === undefined) throw new Error('a write came from a device that was not admitted')
      this.#devices.set(id, number)
    }
    return number
  }
}

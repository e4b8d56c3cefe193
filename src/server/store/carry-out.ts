/** Carries out a batch of writes in order on a ledger: what is committed, what is refused, and with which numbers. */
import { epochSchema, messageIdSchema } from '../../protocol/ids.ts'
import type { MemberId, MessageId } from '../../protocol/ids.ts'
import type { RoomEvent } from '../../protocol/records.ts'
import type { RoomOperation, Write, WriteResult } from '../hub/ports.ts'
import type { Ledger, LedgerRoom } from './ledger.ts'
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
} from './rules.ts'

export interface CarryOutPorts {
  readonly uuid: () => string
  readonly hash: (text: string) => string
}

type LogOperation = Exclude<Write['operation'], RoomOperation>
type Base = {
  readonly seq: number
  readonly at: number
  readonly actor: MemberId
  readonly id: MessageId
}

export function carryOut(
  writes: readonly Write[],
  ledger: Ledger,
  ports: CarryOutPorts,
): WriteResult[] {
  return writes.map((write) => {
    const result = apply(write, ledger, ports)
    // A resend gets its original ack even when the write would be refused today (D4).
    return result.kind === 'refused' ? (originalOf(write, ledger) ?? result) : result
  })
}

function apply(write: Write, ledger: Ledger, ports: CarryOutPorts): WriteResult {
  const { operation } = write
  if (operation.kind === 'create') return create(write, operation, ledger, ports)
  const room = ledger.room(write.room)
  if (room === undefined) return NO_SUCH_ROOM
  switch (operation.kind) {
    case 'post':
    case 'edit':
    case 'delete':
    case 'react':
    case 'unreact':
      return changeLog(write, operation, room, ledger)
    case 'join':
    case 'leave':
    case 'change':
      return changeRoom(write, operation, room, ledger)
  }
}

function changeLog(
  write: Write,
  operation: LogOperation,
  room: LedgerRoom,
  ledger: Ledger,
): WriteResult {
  const { actor } = write
  if (write.onlyResend === true) return READ_ONLY
  const outsider = refuseOutsider(factsOf(room, actor, ledger))
  if (outsider !== undefined) return outsider
  const base = baseOf(write, room)

  if (operation.kind === 'post') {
    const { text, replyTo } = operation
    if (replyTo !== undefined) {
      const refusal = refuseTarget('reply', actor, ledger.target(replyTo, room.id))
      if (refusal !== undefined) return refusal
    }
    const reply = replyTo === undefined ? {} : { replyTo }
    return append(write, room, { ...base, type: 'message.posted', text, ...reply }, ledger)
  }

  const { target } = operation
  const refusal = refuseTarget(operation.kind, actor, ledger.target(target, room.id))
  if (refusal !== undefined) return refusal
  if (operation.kind === 'react') {
    const tooMany = refuseReaction(ledger.reactions(target, operation.emoji))
    if (tooMany !== undefined) return tooMany
  }
  const event = eventOf(operation, base)
  const result = append(write, room, event, ledger)
  if (result.kind === 'committed') fold(operation, event, ledger)
  return result
}

function eventOf(operation: Exclude<LogOperation, { kind: 'post' }>, base: Base): RoomEvent {
  const { target } = operation
  switch (operation.kind) {
    case 'edit':
      return { ...base, target, type: 'message.edited', text: operation.text }
    case 'delete':
      return { ...base, target, type: 'message.deleted' }
    case 'react':
      return { ...base, target, type: 'reaction.added', emoji: operation.emoji }
    case 'unreact':
      return { ...base, target, type: 'reaction.removed', emoji: operation.emoji }
  }
}

/** Into what people see of the message now. */
function fold(
  operation: Exclude<LogOperation, { kind: 'post' }>,
  event: RoomEvent,
  ledger: Ledger,
): void {
  const { target } = operation
  switch (operation.kind) {
    case 'edit':
      return ledger.edited(target, operation.text, event)
    case 'delete':
      return ledger.deleted(target, event)
    case 'react':
      return ledger.addReaction(target, operation.emoji, event)
    case 'unreact':
      return ledger.removeReaction(target, operation.emoji, event.actor)
  }
}

function changeRoom(
  write: Write,
  operation: Exclude<RoomOperation, { kind: 'create' }>,
  room: LedgerRoom,
  ledger: Ledger,
): WriteResult {
  const refusal = refuseRoomOperation(operation, write.actor, factsOf(room, write.actor, ledger))
  if (refusal !== undefined) return refusal
  const base = baseOf(write, room)

  if (operation.kind === 'change') {
    const name = operation.name === room.name ? undefined : operation.name
    const topic = operation.topic === room.topic ? undefined : operation.topic
    if (name === undefined && topic === undefined) return { kind: 'unchanged' }
    const changed = {
      ...(name === undefined ? {} : { name }),
      ...(topic === undefined ? {} : { topic }),
    }
    const result = append(write, room, { ...base, type: 'room.changed', ...changed }, ledger)
    if (result.kind === 'committed') ledger.rename(room, name ?? room.name, topic ?? room.topic)
    return result
  }

  const { member } = operation
  if (!ledger.hasMember(member)) return NO_SUCH_MEMBER
  if (ledger.isIn(room.id, member) === (operation.kind === 'join')) return { kind: 'unchanged' }
  const type = operation.kind === 'join' ? 'member.joined' : 'member.left'
  const result = append(write, room, { ...base, type, member }, ledger)
  if (result.kind !== 'committed') return result
  if (operation.kind === 'join') ledger.enter(room, member)
  else ledger.leave(room, member)
  return result
}

function create(
  write: Write,
  operation: Extract<RoomOperation, { kind: 'create' }>,
  ledger: Ledger,
  { uuid, hash }: CarryOutPorts,
): WriteResult {
  if (ledger.room(write.room) !== undefined) {
    // Asking twice makes one room, but only for the person who asked first.
    return ledger.creatorOf(write.room) === write.actor
      ? { kind: 'exists', room: write.room }
      : ID_TAKEN
  }
  const { roomKind: kind, name, topic, visibility, isDefault } = operation
  const members = [...new Set(operation.members)]
  if (!members.every((member) => ledger.hasMember(member))) return NO_SUCH_MEMBER
  const memberSet = memberSetOf(operation, hash)
  const other = ledger.roomLike(memberSet, isDefault)
  if (other !== undefined) return { kind: 'exists', room: other }
  if (ledger.original(write.id) !== undefined) return ID_TAKEN

  const epoch = epochSchema.parse(uuid())
  const room = { id: write.room, kind, name, topic, visibility, isDefault, epoch, head: 0 }
  ledger.addRoom(room, write.at, memberSet)
  const events: RoomEvent[] = []
  function take(event: RoomEvent): void {
    if (!ledger.append(event, room, write.device)) throw new Error('a new id was taken already')
    events.push(event)
  }
  take({ ...baseOf(write, room), type: 'room.created', kind, name, topic, visibility })
  for (const member of members) {
    const id = messageIdSchema.parse(uuid())
    take({ ...baseOf(write, room), id, type: 'member.joined', member })
    ledger.enter(room, member)
  }
  return { kind: 'committed', epoch, events }
}

/** Names the one direct room of a set of people; null for groups. */
export function memberSetOf(
  operation: Extract<RoomOperation, { kind: 'create' }>,
  hash: (text: string) => string,
): string | null {
  return operation.roomKind === 'direct' ? hash(memberSetKey(operation.members)) : null
}

function append(
  write: Write,
  room: LedgerRoom,
  event: RoomEvent,
  ledger: Ledger,
): Extract<WriteResult, { kind: 'committed' | 'duplicate' | 'refused' }> {
  return ledger.append(event, room, write.device)
    ? { kind: 'committed', epoch: room.epoch, events: [event] }
    : (originalOf(write, ledger) ?? ID_TAKEN)
}

function originalOf(
  write: Write,
  ledger: Ledger,
): Extract<WriteResult, { kind: 'duplicate' | 'refused' }> | undefined {
  const original = ledger.original(write.id)
  if (original === undefined) return undefined
  return isResend(write, original)
    ? { kind: 'duplicate', seq: original.seq, at: original.at }
    : ID_TAKEN
}

function baseOf(write: Write, room: LedgerRoom): Base {
  return { seq: room.head + 1, at: write.at, actor: write.actor, id: write.id }
}

function factsOf(room: LedgerRoom, actor: MemberId, ledger: Ledger) {
  const { kind, visibility, isDefault } = room
  return { kind, visibility, isDefault, actorIsMember: ledger.isIn(room.id, actor) }
}

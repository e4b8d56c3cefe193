/** A store without a disk: passes the same contract as the real ones, and forgets everything at its end. */
import { epochSchema, messageIdSchema } from '../protocol/ids.ts'
import type { DeviceId, MemberId, MessageId, RoomId, SessionId } from '../protocol/ids.ts'
import type { Message, Notice, RoomEvent, RoomState } from '../protocol/records.ts'
import type { RoomOperation, Store, Write, WriteResult } from '../server/hub/ports.ts'
import type { StoredMember } from '../server/hub/registry-port.ts'
import { eventWeight, messageWeight } from '../server/hub/weight.ts'
import { memoryIntegrations } from './memory-integrations.ts'
import { memoryRegistry } from './memory-registry.ts'
import { MAX_PAGE_NOTICES } from '../server/store/page-limits.ts'
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
} from '../server/store/rules.ts'

interface StoredRoom {
  state: Omit<RoomState, 'members' | 'head'>
  readonly members: Set<MemberId>
  readonly log: RoomEvent[]
  readonly messages: Map<MessageId, Message>
  readonly reads: Map<MemberId, number>
}

interface Original {
  readonly device: DeviceId
  readonly room: RoomId
  readonly seq: number
  readonly at: number
}

export function memoryStore(uuid: () => string): Store {
  const members = new Map<MemberId, StoredMember>()
  const rooms = new Map<RoomId, StoredRoom>()
  const originals = new Map<MessageId, Original>()

  const stateOf = (room: StoredRoom): RoomState => ({
    ...room.state,
    members: [...room.members],
    head: room.log.length,
  })
  function roomOf(id: RoomId): StoredRoom {
    const room = rooms.get(id)
    if (room === undefined) throw new Error('a room that is not in the store was read')
    return room
  }
  const factsOf = (room: StoredRoom, actor: MemberId) => ({
    ...room.state,
    actorIsMember: room.members.has(actor),
  })

  function append(write: Write, room: StoredRoom, event: RoomEvent): WriteResult {
    const original = originals.get(event.id)
    if (original !== undefined) return answerResend(write, original)
    originals.set(event.id, { ...write, seq: event.seq })
    room.log.push(event)
    fold(room, event)
    return { kind: 'committed', epoch: room.state.epoch, events: [event] }
  }

  function answerResend(write: Write, original: Original): WriteResult {
    return isResend(write, original)
      ? { kind: 'duplicate', seq: original.seq, at: original.at }
      : ID_TAKEN
  }

  function apply(write: Write): WriteResult {
    const { operation, actor } = write
    if (operation.kind === 'create') return create(write, operation)
    const room = rooms.get(write.room)
    if (room === undefined) return NO_SUCH_ROOM
    const base = { seq: room.log.length + 1, at: write.at, actor, id: write.id }
    if (operation.kind === 'join' || operation.kind === 'leave' || operation.kind === 'change') {
      const refusal = refuseRoomOperation(operation, actor, factsOf(room, actor))
      if (refusal !== undefined) return refusal
      if (operation.kind === 'change') {
        const name = operation.name === room.state.name ? undefined : operation.name
        const topic = operation.topic === room.state.topic ? undefined : operation.topic
        if (name === undefined && topic === undefined) return { kind: 'unchanged' }
        const changed = {
          ...(name === undefined ? {} : { name }),
          ...(topic === undefined ? {} : { topic }),
        }
        return append(write, room, { ...base, type: 'room.changed', ...changed })
      }
      const { member } = operation
      if (!members.has(member)) return NO_SUCH_MEMBER
      if (room.members.has(member) === (operation.kind === 'join')) return { kind: 'unchanged' }
      const type = operation.kind === 'join' ? 'member.joined' : 'member.left'
      return append(write, room, { ...base, type, member })
    }

    if (write.onlyResend === true) return READ_ONLY
    const outsider = refuseOutsider(factsOf(room, actor))
    if (outsider !== undefined) return outsider
    const named = operation.kind === 'post' ? operation.replyTo : operation.target
    if (named !== undefined) {
      const target = room.messages.get(named)
      const refusal = refuseTarget(
        operation.kind === 'post' ? 'reply' : operation.kind,
        actor,
        target === undefined ? undefined : { ...target, deleted: target.deleted === true },
      )
      if (refusal !== undefined) return refusal
    }
    switch (operation.kind) {
      case 'post': {
        const { text, replyTo } = operation
        const reply = replyTo === undefined ? {} : { replyTo }
        return append(write, room, { ...base, type: 'message.posted', text, ...reply })
      }
      case 'edit': {
        const { target, text } = operation
        return append(write, room, { ...base, type: 'message.edited', target, text })
      }
      case 'delete':
        return append(write, room, { ...base, type: 'message.deleted', target: operation.target })
      case 'react':
      case 'unreact': {
        const { target, emoji } = operation
        const given = room.messages.get(target)?.reactions ?? []
        const refusal = refuseReaction({
          all: given.reduce((sum, { members }) => sum + members.length, 0),
          different: given.length,
          known: given.some((reaction) => reaction.emoji === emoji),
        })
        if (operation.kind === 'react' && refusal !== undefined) return refusal
        const type = operation.kind === 'react' ? 'reaction.added' : 'reaction.removed'
        return append(write, room, { ...base, type, target, emoji })
      }
    }
  }

  function create(
    write: Write,
    operation: Extract<RoomOperation, { kind: 'create' }>,
  ): WriteResult {
    const same = rooms.get(write.room)
    if (same !== undefined) {
      return same.log[0]?.actor === write.actor ? { kind: 'exists', room: write.room } : ID_TAKEN
    }
    const wanted = [...new Set(operation.members)]
    if (!wanted.every((member) => members.has(member))) return NO_SUCH_MEMBER
    const like = [...rooms.values()].find((room) =>
      operation.roomKind === 'direct'
        ? room.state.kind === 'direct' && memberSetKey([...room.members]) === memberSetKey(wanted)
        : operation.isDefault && room.state.isDefault,
    )
    if (like !== undefined) return { kind: 'exists', room: like.state.id }
    if (originals.has(write.id)) return ID_TAKEN
    const { roomKind: kind, name, topic, visibility, isDefault } = operation
    const epoch = epochSchema.parse(uuid())
    const state = { id: write.room, kind, name, topic, visibility, isDefault, epoch }
    const room: StoredRoom = {
      state: { ...state, createdAt: write.at },
      members: new Set(),
      log: [],
      messages: new Map(),
      reads: new Map(),
    }
    rooms.set(write.room, room)
    const base = { at: write.at, actor: write.actor }
    const created = { ...base, kind, name, topic, visibility, seq: 1, id: write.id }
    append(write, room, { ...created, type: 'room.created' })
    for (const member of wanted) {
      const id = messageIdSchema.parse(uuid())
      const seq = room.log.length + 1
      append({ ...write, id }, room, { ...base, seq, id, type: 'member.joined', member })
    }
    return { kind: 'committed', epoch, events: [...room.log] }
  }

  return {
    session: { id: uuid() as SessionId, name: 'Test session' },
    rooms: async () => [...rooms.values()].map(stateOf),
    members: async () => [...members.values()],
    commit: async (writes) =>
      writes.map((write) => {
        const result = apply(write)
        const original = originals.get(write.id)
        return result.kind === 'refused' && original !== undefined
          ? answerResend(write, original)
          : result
      }),
    async eventsAfter(id, after, limit, maxBytes) {
      const events: RoomEvent[] = []
      let weight = 0
      for (const event of roomOf(id).log.slice(after, after + limit)) {
        weight += eventWeight(event)
        if (events.length > 0 && weight > maxBytes) break
        events.push(event)
      }
      return { kind: 'events', events }
    },
    async page(id, before, limit, maxBytes) {
      const room = roomOf(id)
      const messages: Message[] = []
      const notices: Notice[] = []
      let from = 1
      let weight = 0
      for (const event of room.log.slice(0, before - 1).toReversed()) {
        const message = event.type === 'message.posted' ? room.messages.get(event.id) : undefined
        if (message === undefined && !isNotice(event)) continue
        weight += message === undefined ? eventWeight(event) : messageWeight(message)
        const full = messages.length >= limit || notices.length >= MAX_PAGE_NOTICES
        if (full || (weight > maxBytes && messages.length + notices.length > 0)) {
          from = Math.min(messages.at(-1)?.seq ?? Infinity, notices.at(-1)?.seq ?? Infinity)
          break
        }
        if (message !== undefined) messages.push(message)
        else if (isNotice(event)) notices.push(event)
      }
      return {
        messages: structuredClone(messages.toReversed()),
        notices: notices.toReversed(),
        from,
        to: Math.max(0, Math.min(before - 1, room.log.length)),
        asOf: room.log.length,
      }
    },
    unread: async (id, member, after, upTo) =>
      [...roomOf(id).messages.values()].filter(
        ({ author, seq, deleted }) =>
          author !== member && seq > after && seq <= upTo && deleted !== true,
      ).length,
    reads: async (id) => [...roomOf(id).reads],
    setReads: async (marks) =>
      marks.filter(({ room, member, seq }) => {
        const { reads } = roomOf(room)
        if ((reads.get(member) ?? -1) >= seq) return false
        reads.set(member, seq)
        return true
      }),
    registry: memoryRegistry(members),
    integrations: memoryIntegrations(),
    async setLastSeen(sightings) {
      for (const { member: id, at } of sightings) {
        const member = members.get(id)
        if (member !== undefined) members.set(id, { ...member, lastSeen: at })
      }
    },
    storageBytes: async () => 0,
    close: async () => {},
  }
}

function isNotice(event: RoomEvent): event is Notice {
  return event.type.startsWith('room.') || event.type.startsWith('member.')
}

/** Folds an event into the room as people see it now. */
function fold(room: StoredRoom, event: RoomEvent): void {
  const { id, seq, actor, at } = event
  switch (event.type) {
    case 'room.created':
      return
    case 'room.changed':
      room.state = {
        ...room.state,
        name: event.name ?? room.state.name,
        topic: event.topic ?? room.state.topic,
      }
      return
    case 'member.joined':
      room.members.add(event.member)
      room.reads.set(event.member, Math.max(seq, room.reads.get(event.member) ?? 0))
      return
    case 'member.left':
      room.members.delete(event.member)
      return
    case 'message.posted': {
      const { text, replyTo } = event
      const reply = replyTo === undefined ? {} : { replyTo }
      const message = { id, seq, author: actor, at, text, ...reply, revision: seq, reactions: [] }
      room.messages.set(id, message)
      return
    }
    case 'message.edited':
    case 'message.deleted':
    case 'reaction.added':
    case 'reaction.removed':
      return change(room, event)
  }
}

function change(room: StoredRoom, event: Extract<RoomEvent, { target: MessageId }>): void {
  const message = room.messages.get(event.target)
  if (message === undefined) return
  if (event.type === 'message.edited') {
    Object.assign(message, { text: event.text, editedAt: event.at, revision: event.seq })
    return
  }
  if (event.type === 'message.deleted') {
    Object.assign(message, { text: '', deleted: true, revision: event.seq, reactions: [] })
    for (const [index, old] of room.log.entries()) {
      const isPost = old.type === 'message.posted' && old.id === event.target
      const isEdit = old.type === 'message.edited' && old.target === event.target
      if (isPost || isEdit) room.log[index] = { ...old, text: '' }
    }
    return
  }
  const others = message.reactions.map(({ emoji, members }) => ({
    emoji,
    members: members.filter((member) => emoji !== event.emoji || member !== event.actor),
  }))
  if (event.type === 'reaction.added' && message.deleted !== true) {
    const already = message.reactions.find(({ emoji }) => emoji === event.emoji)
    if (already?.members.includes(event.actor) === true) return
    const same = others.find(({ emoji }) => emoji === event.emoji)
    if (same === undefined) others.push({ emoji: event.emoji, members: [event.actor] })
    else same.members.push(event.actor)
  }
  message.reactions = others.filter(({ members }) => members.length > 0)
}

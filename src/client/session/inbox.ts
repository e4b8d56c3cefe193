import type { ServerMessage } from '../../protocol/server-messages.ts'
import { failureWords } from '../failure-words.ts'
import type { Facts } from './session-facts.ts'
import type { Replica } from '../local-db/replica.ts'
import type { Drain } from '../outbox/drain.ts'
import type { Settlement } from '../outbox/settle.ts'
import type { Answer, Requests } from '../requests.ts'
import type { Sync } from '../sync/sync.ts'
import type { Typing } from '../sync/typing.ts'
import type { Changes } from '../view/changes.ts'
import type { Presences } from '../view/presences.ts'
import type { MemberId, RoomId } from '../../protocol/ids.ts'

/** What arrives once a server let us in; the handshake and liveness are the connection's own. */
export type Delivery = Exclude<
  ServerMessage,
  {
    type:
      | 'challenge'
      | 'waiting'
      | 'welcome'
      | 'rejected'
      | 'session'
      | 'admin'
      | 'token-taken'
      | 'command-list'
      | 'bye'
      | 'pong'
      | 'error'
  }
>

/** What is to be done after the deliveries of a turn are on disk. */
export interface AfterCommit {
  /** Events of `plan` and events received, for «Catching up: 120 of 480». */
  planned: number | null
  received: number
  synced: boolean
  /** This person may do other things than before. */
  roleChanged: boolean
  readonly answers: Answer[]
  readonly refusals: Extract<ServerMessage, { type: 'failed' }>[]
  /** Rooms whose queue may have room again. */
  readonly rooms: Set<RoomId>
}

export function nothingToDo(): AfterCommit {
  return {
    planned: null,
    received: 0,
    synced: false,
    roleChanged: false,
    answers: [],
    refusals: [],
    rooms: new Set(),
  }
}

export interface InboxParts {
  readonly replica: Replica
  readonly self: MemberId
  readonly changes: Changes
  readonly drain: Drain
  readonly facts: Facts
  readonly presences: Presences
  readonly requests: Requests
  readonly settlement: Settlement
  readonly sync: Sync
  readonly typing: Typing
  readonly textLimit: () => number
}

/** Takes one delivery into the replica, inside the turn's transaction. */
export function takeDelivery(parts: InboxParts, message: Delivery, after: AfterCommit): void {
  const { changes, drain, replica, settlement, sync } = parts
  switch (message.type) {
    case 'plan':
      after.planned = message.events
      after.received = 0
      return
    case 'people':
      return takePeople(parts, message.members, after)
    case 'events':
      sync.events(message)
      after.received += message.events.length
      return
    case 'reset':
      return sync.reset(message)
    case 'room-gone':
      return sync.gone(message.room)
    case 'synced':
      after.synced = true
      return
    case 'ack':
      settlement.confirmed(message.id, message.seq, message.at)
      drain.answered(message.room, message.id)
      after.rooms.add(message.room)
      return
    case 'refused':
      settlement.refused(message.id, message.code, failureWords(message.code, parts.textLimit()))
      drain.answered(message.room, message.id)
      after.rooms.add(message.room)
      return
    case 'held':
      return drain.held(message.room, message.id, message.retryAfterMs)
    case 'done':
    case 'carried-out':
    case 'page':
    case 'directory':
    case 'invite':
    case 'audit-page':
    case 'link-code':
    case 'device-list':
    case 'integration':
    case 'integration-list':
      after.answers.push(message)
      return
    case 'failed':
      after.refusals.push(message)
      return
    case 'reads':
      return sync.reads(message)
    case 'typing':
      if (message.member !== parts.self && replica.rooms.get(message.room) !== undefined) {
        parts.typing.heard(message.room, message.member, message.active)
        changes.typing(message.room)
      }
      return
  }
}

function takePeople(
  { changes, facts, presences, replica, self }: InboxParts,
  members: Extract<ServerMessage, { type: 'people' }>['members'],
  after: AfterCommit,
): void {
  let renamed = false
  for (const member of members) {
    const { id, name, presence, role } = member
    renamed ||= replica.people.get(id)?.name !== name
    replica.people.put(member)
    if (id === self && facts.setRole(role)) after.roleChanged = true
    presences.set(id, presence)
    changes.person(id)
  }
  if (!renamed) return
  // Direct rooms are called by their members' names.
  for (const room of replica.rooms.all()) if (room.kind === 'direct') changes.room(room.id)
}

import type { Request } from '../../protocol/client-messages.ts'
import type { AdminRequest } from './admin-requests.ts'
import type { ErrorCode } from '../../protocol/errors.ts'
import type { IntegrationRequest } from '../../protocol/integrations.ts'
import { messageIdSchema, roomIdSchema } from '../../protocol/ids.ts'
import type { MemberId, MessageId, RoomId } from '../../protocol/ids.ts'
import { MAX_MEMBERS_PER_REQUEST, MAX_PAGE_BYTES } from '../../protocol/limits.ts'
import type { RoomListing } from '../../protocol/server-messages.ts'
import type { CommitBatcher } from './commit-batcher.ts'
import type { AdmittedDevice, Connection } from './connection.ts'
import { createMemberBuckets } from './member-buckets.ts'
import type { People } from './people.ts'
import type { Clock, Log, Refusal, RoomOperation, Secrets, Store, WriteResult } from './ports.ts'
import type { BucketSize } from './rate-limit.ts'
import type { Recovery } from './recovery.ts'
import type { Room, Rooms } from './rooms.ts'
import type { Session } from './session.ts'

/** Public groups in one listing: with the longest names and topics this stays within a frame. */
const MAX_LISTED = 500
/** A page is not sent to a connection with more than this waiting (D15). */
const PACE_BYTES = 262_144

type Outcome = WriteResult | { readonly kind: 'unavailable' }
/** Those about rooms. */
export type RoomRequest = Exclude<Request, AdminRequest | IntegrationRequest>
type RequestOf<Type extends RoomRequest['type']> = Extract<RoomRequest, { type: Type }>

export interface Requests {
  receive(connection: Connection, device: AdmittedDevice, request: RoomRequest): void
}

export interface RequestPorts {
  readonly rooms: Rooms
  readonly people: People
  readonly session: Session
  readonly recovery: Recovery
  readonly batcher: CommitBatcher
  readonly store: Pick<Store, 'page'>
  readonly clock: Clock
  readonly secrets: Pick<Secrets, 'uuid'>
  readonly log: Log
  readonly roomChanges: BucketSize
  /** At which the member is connected now: each has its share of their budget. */
  readonly nodesOf: (member: MemberId) => number
}

export function createRequests(ports: RequestPorts): Requests {
  const { rooms, people, session, recovery, batcher, store, clock, secrets, log } = ports
  const roomChanges = createMemberBuckets(ports.roomChanges)

  function commit(
    device: AdmittedDevice,
    room: RoomId,
    id: MessageId,
    operation: RoomOperation,
  ): Promise<Outcome> {
    const write = {
      device: device.device,
      actor: device.member,
      room,
      id,
      at: clock.now(),
      operation,
    }
    return new Promise((done) => batcher.add({ write, sender: undefined, done }))
  }

  const freshId = (): MessageId => messageIdSchema.parse(secrets.uuid())

  function fail(connection: Connection, ref: number, code: ErrorCode, message: string): void {
    connection.socket.send({ type: 'failed', ref, code, message })
  }

  /** A room the asker came into arrives before the `done`. */
  function finish(
    connection: Connection,
    device: AdmittedDevice,
    ref: number,
    room: RoomId,
    outcomes: readonly Outcome[],
  ): void {
    const refusal = outcomes.find((outcome) => outcome.kind === 'refused')
    if (refusal?.kind === 'refused') return fail(connection, ref, refusal.code, refusal.message)
    if (outcomes.some((outcome) => outcome.kind === 'unavailable')) {
      return fail(connection, ref, 'unavailable', 'The server cannot store anything now.')
    }
    recovery.whenLive(device, room, () => connection.socket.send({ type: 'done', ref, room }))
  }

  const isGuest = ({ member }: AdmittedDevice): boolean => people.roleOf(member) === 'guest'

  /** Whether there are such people, as far as the asker may know: guests know whom they share a room with (I8). */
  function knowsAll(device: AdmittedDevice, members: readonly MemberId[]): boolean {
    const mine = isGuest(device) ? rooms.of(device.member) : undefined
    return members.every(
      (member) =>
        people.has(member) &&
        (mine === undefined ||
          member === device.member ||
          [...mine].some((room) => room.members.has(member))),
    )
  }

  /** What the asker's role, or the session as it is, does not allow whatever the request is about. */
  function refusalOf(device: AdmittedDevice, { type }: RoomRequest): Refusal | undefined {
    const isWrite = type !== 'browse-rooms' && type !== 'history'
    const comesOrGoes = type === 'join-room' || type === 'leave-room'
    if (isWrite && !comesOrGoes && session.isReadOnlyFor(people.roleOf(device.member))) {
      return { kind: 'refused', code: 'read-only', message: 'The session is read-only.' }
    }
    const isForMembers = type === 'create-room' || type === 'add-members' || type === 'change-room'
    if (!isGuest(device) || !(isForMembers || type === 'join-room')) return undefined
    return { kind: 'refused', code: 'not-allowed', message: 'Guests cannot do this.' }
  }

  /** The room, when this member may know of it. */
  function known(device: AdmittedDevice, id: RoomId): Room | undefined {
    const room = rooms.get(id)
    if (room?.members.has(device.member) === true) return room
    return room?.visibility === 'public' && !isGuest(device) ? room : undefined
  }

  async function createRoom(
    c: Connection,
    device: AdmittedDevice,
    request: RequestOf<'create-room'>,
  ) {
    const { ref, room, name, topic, visibility } = request
    const members = [...new Set([device.member, ...request.members])]
    if (!knowsAll(device, members)) return failNoMember(c, ref)
    // The first event has the room's own id: so asking again finds it (D4).
    const outcome = await commit(device, room, messageIdSchema.parse(room), {
      kind: 'create',
      roomKind: 'group',
      name,
      topic,
      visibility,
      isDefault: false,
      members,
    })
    finish(c, device, ref, room, [outcome])
  }

  async function openDirect(
    c: Connection,
    device: AdmittedDevice,
    request: RequestOf<'open-direct'>,
  ) {
    const { ref } = request
    const members = [...new Set([device.member, ...request.members])]
    if (members.length < 2) return fail(c, ref, 'not-allowed', 'A direct room needs somebody else.')
    if (members.length > MAX_MEMBERS_PER_REQUEST) {
      return fail(
        c,
        ref,
        'too-large',
        `A direct room has at most ${MAX_MEMBERS_PER_REQUEST} people.`,
      )
    }
    if (!knowsAll(device, members)) return failNoMember(c, ref)
    const room = roomIdSchema.parse(secrets.uuid())
    const outcome = await commit(device, room, messageIdSchema.parse(room), {
      kind: 'create',
      roomKind: 'direct',
      name: '',
      topic: '',
      visibility: 'private',
      isDefault: false,
      members,
    })
    finish(c, device, ref, outcome.kind === 'exists' ? outcome.room : room, [outcome])
  }

  async function addMembers(
    c: Connection,
    device: AdmittedDevice,
    request: RequestOf<'add-members'>,
  ) {
    const { ref, room, members } = request
    if (known(device, room) === undefined) return failNoRoom(c, ref)
    if (!knowsAll(device, members)) return failNoMember(c, ref)
    const outcomes = await Promise.all(
      members.map((member) => commit(device, room, freshId(), { kind: 'join', member })),
    )
    finish(c, device, ref, room, outcomes)
  }

  async function changeMembership(
    c: Connection,
    device: AdmittedDevice,
    request: RequestOf<'join-room' | 'leave-room'>,
  ) {
    const { ref, room, type } = request
    if (known(device, room) === undefined) return failNoRoom(c, ref)
    const kind = type === 'join-room' ? 'join' : 'leave'
    const outcome = await commit(device, room, freshId(), { kind, member: device.member })
    finish(c, device, ref, room, [outcome])
  }

  async function changeRoom(
    c: Connection,
    device: AdmittedDevice,
    request: RequestOf<'change-room'>,
  ) {
    const { ref, room, name, topic } = request
    if (known(device, room) === undefined) return failNoRoom(c, ref)
    const outcome = await commit(device, room, freshId(), { kind: 'change', name, topic })
    finish(c, device, ref, room, [outcome])
  }

  function browse(c: Connection, device: AdmittedDevice, ref: number): void {
    const listings: RoomListing[] = []
    for (const room of rooms.all()) {
      if (room.kind !== 'group' || room.visibility !== 'public') continue
      if (isGuest(device)) break
      if (listings.length >= MAX_LISTED) break
      listings.push({
        id: room.id,
        name: room.name,
        topic: room.topic,
        memberCount: room.members.size,
        joined: room.members.has(device.member),
      })
    }
    c.socket.send({ type: 'directory', ref, rooms: listings })
  }

  async function history(c: Connection, device: AdmittedDevice, request: RequestOf<'history'>) {
    const { ref, before, limit } = request
    const room = known(device, request.room)
    if (room === undefined) return failNoRoom(c, ref)
    if (!room.members.has(device.member)) {
      return fail(c, ref, 'not-a-member', 'You are not in this room.')
    }
    if (c.socket.queuedBytes() > PACE_BYTES) {
      await new Promise<void>((resolve) => c.socket.onDrained(resolve))
    }
    try {
      const upTo = Math.min(before, room.head + 1)
      const page = await store.page(room.id, upTo, limit, MAX_PAGE_BYTES)
      // Reading takes time, in which the asker may have left.
      if (!room.members.has(device.member)) return failNoRoom(c, ref)
      c.socket.send({ type: 'page', ref, room: room.id, epoch: room.epoch, page })
    } catch (fault) {
      log.warn({ room: room.id, fault: String(fault) }, 'the store could not be read')
      fail(c, ref, 'unavailable', 'The server cannot read its history now.')
    }
  }

  const failNoRoom = (c: Connection, ref: number): void =>
    fail(c, ref, 'no-such-room', 'There is no such room.')
  const failNoMember = (c: Connection, ref: number): void =>
    fail(c, ref, 'no-such-member', 'One of these people is not in the session.')

  function carryOut(
    connection: Connection,
    device: AdmittedDevice,
    request: RoomRequest,
  ): Promise<void> | void {
    switch (request.type) {
      case 'create-room':
        return createRoom(connection, device, request)
      case 'open-direct':
        return openDirect(connection, device, request)
      case 'join-room':
      case 'leave-room':
        return changeMembership(connection, device, request)
      case 'add-members':
        return addMembers(connection, device, request)
      case 'change-room':
        return changeRoom(connection, device, request)
      case 'browse-rooms':
        return browse(connection, device, request.ref)
      case 'history': {
        // One after the other, so that a client asking for many pages at once does not flood its own queue.
        device.pages = device.pages.then(() => history(connection, device, request))
        return device.pages
      }
    }
  }

  return {
    receive(connection, device, request) {
      const refusal = refusalOf(device, request)
      if (refusal !== undefined) {
        return fail(connection, request.ref, refusal.code, refusal.message)
      }
      const cost = roomChangesOf(request)
      const nodes = ports.nodesOf(device.member)
      if (cost > 0 && roomChanges.take(device.member, cost, clock.monotonic(), nodes) > 0) {
        const words = `At most ${ports.roomChanges.perMinute} changes of rooms a minute.`
        return fail(connection, request.ref, 'rate-limited', words)
      }
      void carryOut(connection, device, request)
    },
  }
}

/** How many events the request can make. */
function roomChangesOf(request: RoomRequest): number {
  switch (request.type) {
    case 'create-room':
    case 'open-direct':
      return 1 + request.members.length
    case 'add-members':
      return request.members.length
    case 'join-room':
    case 'leave-room':
    case 'change-room':
      return 1
    case 'browse-rooms':
    case 'history':
      return 0
  }
}

import { MAX_PAGE_BYTES } from '../../protocol/limits.ts'
import type { MemberId } from '../../protocol/ids.ts'
import type { RoomEvent } from '../../protocol/records.ts'
import type { ServerMessage } from '../../protocol/server-messages.ts'
import type { CatchUpFrames } from './catch-up-frames.ts'
import type { ClusterPresence } from './cluster-presence.ts'
import type { ClusterWaiting } from './cluster-waiting.ts'
import type { Cluster } from './cluster.ts'
import { admitted, type Connection } from './connection.ts'
import type { People } from './people.ts'
import type { Signal } from './ports.ts'
import type { Reads } from './reads.ts'
import type { Recovery } from './recovery.ts'
import type { Room, Rooms } from './rooms.ts'
import { cutByWeight } from './weight.ts'

export interface DeliveryPorts {
  readonly rooms: Rooms
  readonly people: People
  readonly reads: Reads
  readonly recovery: Recovery
  readonly frames: CatchUpFrames
  /** When this node is one of several. */
  readonly cluster?:
    | Pick<Cluster, 'inOrder' | 'told' | 'restored' | 'heard' | 'lookForSettings'>
    | undefined
  readonly presence?: Pick<ClusterPresence, 'hear' | 'restored'> | undefined
  readonly waiting?: Pick<ClusterWaiting, 'hear' | 'restored'> | undefined
}

/** Takes in what was published and passes it to the connections it is for. */
export function createDelivery(ports: DeliveryPorts): (signal: Signal) => void {
  const { rooms, people, reads, recovery, frames, cluster, presence, waiting } = ports

  function deliverEvents(signal: Extract<Signal, { kind: 'events' }>): void {
    const room = rooms.get(signal.room)
    if (room === undefined) {
      if (cluster !== undefined) return cluster.told(signal.room, signal.events.at(-1)?.seq ?? 0)
      throw new Error('events of a room that was never announced')
    }
    const inOrder = cluster?.inOrder(room, signal.epoch, signal.events) ?? signal.events
    if (inOrder.length === 0) return
    frames.forget(room)
    for (const events of cutWhereSomebodyLeaves(inOrder)) {
      // Head and connections move in one tick: a connection is either live and is sent this frame, or it is
      // behind the new head and reads on (D8).
      for (const event of events) rooms.apply(room, event)
      sendToAll(room.live, {
        type: 'events',
        room: room.id,
        epoch: room.epoch,
        events: [...events],
      })
      const last = events.at(-1)
      if (last?.type === 'member.left') takeOut(room, last)
    }
    for (const event of inOrder) {
      if (event.type === 'member.joined') bringIn(room, event)
    }
  }

  function takeOut(room: Room, event: Extract<RoomEvent, { type: 'member.left' }>): void {
    for (const connection of people.connectionsOf(event.member)) {
      const device = admitted(connection)
      if (device !== undefined) recovery.leave(connection, device, room)
    }
  }

  function bringIn(room: Room, event: Extract<RoomEvent, { type: 'member.joined' }>): void {
    people.meet(event.member, room.members)
    // The store has marked what was there before as read.
    reads.moved(room.id, [[event.member, event.seq]])
    if (people.connectionsOf(event.member).size === 0) return
    const heard = cluster?.heard(room.id)
    if (heard === undefined) enter(room, event.member)
    else void heard.then(() => enter(room, event.member))
  }

  function enter(room: Room, member: MemberId): void {
    if (!room.members.has(member)) return
    for (const connection of people.connectionsOf(member)) {
      const { state } = connection
      const known = room.live.has(connection) || room.recovering.has(connection)
      if (state.kind === 'synced' && !known) recovery.enter(connection, state.device, room)
    }
  }

  return (signal) => {
    switch (signal.kind) {
      case 'room':
        if (rooms.get(signal.room.id) === undefined) rooms.add(signal.room)
        return
      case 'events':
        return deliverEvents(signal)
      case 'typing': {
        const { room: id, member, active } = signal
        const message: ServerMessage = { type: 'typing', room: id, member, active }
        for (const connection of rooms.get(id)?.live ?? []) {
          if (admitted(connection)?.member !== member) connection.socket.send(message)
        }
        return
      }
      case 'reads': {
        reads.moved(signal.room, signal.positions)
        const room = rooms.get(signal.room)
        if (room === undefined) return
        const message: ServerMessage = {
          type: 'reads',
          room: room.id,
          positions: [...signal.positions],
        }
        sendToAll(room.live, message)
        sendToAll(room.recovering, message)
        return
      }
      case 'relay':
        // Between doors; nothing of it is the hub's.
        return
      case 'changed':
        return cluster?.told(signal.room, signal.head)
      case 'member':
      case 'settings':
      case 'device-forgotten':
      case 'admin':
        // Taken in before this, by the hub itself.
        return
      case 'registry-changed':
        return void cluster?.lookForSettings()
      case 'presence':
        return presence?.hear(signal)
      case 'waiting':
      case 'decision':
        return waiting?.hear(signal)
      case 'node-gone':
        waiting?.hear(signal)
        return presence?.hear(signal)
      case 'restored':
        cluster?.restored()
        waiting?.restored()
        return presence?.restored()
    }
  }
}

/** One message object for all of them, so that a door encodes it once. */
function sendToAll(connections: Iterable<Connection>, message: ServerMessage): void {
  for (const connection of connections) connection.socket.send(message)
}

/** Runs that fit a frame; each `member.left` ends one, because the leaver is sent nothing after it. */
function cutWhereSomebodyLeaves(events: readonly RoomEvent[]): readonly (readonly RoomEvent[])[] {
  const runs: RoomEvent[][] = [[]]
  for (const event of events) {
    runs.at(-1)?.push(event)
    if (event.type === 'member.left') runs.push([])
  }
  return runs.flatMap((run) => cutByWeight(run, MAX_PAGE_BYTES))
}

import type { Epoch, RoomId } from '../../protocol/ids.ts'
import type { Cursor } from '../../protocol/records.ts'
import type { CatchUpFrames } from './catch-up-frames.ts'
import type { AdmittedDevice, Connection, RecoveryTask } from './connection.ts'
import type { People } from './people.ts'
import type { Clock, Log, Meter, Store } from './ports.ts'
import { readFrames, READS_PER_FRAME, type Reads } from './reads.ts'
import type { Room, Rooms } from './rooms.ts'

/** A connection with more than this waiting is not given more to catch up with (D15). */
const PACE_BYTES = 262_144
const RETRY_MS = 1_000

/**
 * Brings connections up to the head of their rooms without holes or reordering (D8): a room is read on, chunk
 * by chunk, while the connection is behind its head, and made live in the very tick it is not. Live events
 * of a room that is not yet live are not sent; they are read like the missed ones. So nothing is buffered.
 */
export interface Recovery {
  sync(connection: Connection, device: AdmittedDevice, cursors: readonly Cursor[]): void
  /** A number was skipped in one room (D9). */
  catchUp(connection: Connection, device: AdmittedDevice, cursor: Cursor): void
  /** The member came into the room. */
  enter(connection: Connection, device: AdmittedDevice, room: Room): void
  /** The member left the room. */
  leave(connection: Connection, device: AdmittedDevice, room: Room): void
  /** Calls back once the connection has the room, at once if it has. */
  whenLive(device: AdmittedDevice, room: RoomId, run: () => void): void
  drop(connection: Connection, device: AdmittedDevice): void
}

export interface RecoveryPorts {
  readonly rooms: Rooms
  readonly people: People
  readonly reads: Reads
  readonly frames: CatchUpFrames
  readonly store: Pick<Store, 'unread'>
  readonly clock: Clock
  readonly meter: Meter
  readonly log: Log
  readonly recoveryLimit: number
}

type Start = Pick<RecoveryTask, 'cursor' | 'reason'>

export function createRecovery(ports: RecoveryPorts): Recovery {
  const { rooms, people, reads, frames, store, clock, meter, log, recoveryLimit } = ports

  /** D10: where to begin, or why only a snapshot will do. */
  function startFrom(room: Room, cursor: { epoch: Epoch; seq: number } | undefined): Start {
    if (cursor === undefined) return { cursor: undefined, reason: 'new-room' }
    // A cursor beyond the head was made from a log that is no longer served.
    if (cursor.epoch !== room.epoch || cursor.seq > room.head) {
      return { cursor: undefined, reason: 'epoch-changed' }
    }
    if (room.head - cursor.seq > recoveryLimit) return { cursor: undefined, reason: 'gap-too-long' }
    return { cursor: cursor.seq, reason: 'gap-too-long' }
  }

  function begin(
    connection: Connection,
    device: AdmittedDevice,
    room: Room,
    start: Start,
    withReads: boolean,
  ): void {
    const waiting = device.recovery.get(room.id)?.waiting ?? []
    room.live.delete(connection)
    room.recovering.add(connection)
    device.recovery.set(room.id, { ...start, withReads, waiting })
  }

  function end(connection: Connection, device: AdmittedDevice, room: Room): void {
    const task = device.recovery.get(room.id)
    room.recovering.delete(connection)
    device.recovery.delete(room.id)
    for (const run of task?.waiting ?? []) run()
  }

  async function work(connection: Connection, device: AdmittedDevice): Promise<void> {
    if (device.recovering) return
    device.recovering = true
    await introducePeople(connection, device)
    while (connection.state.kind === 'synced') {
      const next = device.recovery.first()
      if (next === undefined) break
      const [id, task] = next
      const room = rooms.get(id)
      if (room === undefined) throw new Error('a room that is being caught up does not exist')
      try {
        await bringUp(connection, device, room, task)
      } catch (fault) {
        log.warn({ room: id, fault: String(fault) }, 'the store could not be read')
        // The others must not wait behind it (D9).
        if (device.recovery.get(id) === task) {
          device.recovery.delete(id)
          device.recovery.set(id, task)
        }
        await new Promise<void>((resolve) => clock.after(RETRY_MS, resolve))
      }
    }
    device.recovering = false
    if (connection.state.kind === 'synced' && device.announceSynced) {
      device.announceSynced = false
      connection.socket.send({ type: 'synced' })
    }
  }

  /** Everyone, at the pace the connection reads: all at once, a large session would be over its bound (D15). */
  async function introducePeople(connection: Connection, device: AdmittedDevice): Promise<void> {
    while (connection.state.kind === 'synced' && device.nextPeople !== undefined) {
      // As they are now: changes are announced meanwhile, and what follows must not be older.
      const all = people.frames(device.member)
      const frame = all[device.nextPeople]
      if (frame !== undefined) connection.socket.send(frame)
      device.nextPeople = device.nextPeople + 1 < all.length ? device.nextPeople + 1 : undefined
      if (device.nextPeople !== undefined) await pace(connection)
    }
  }

  async function bringUp(
    connection: Connection,
    device: AdmittedDevice,
    room: Room,
    task: RecoveryTask,
  ): Promise<void> {
    // Awaiting lets everything happen: the member leaves, the line breaks, the client asks anew.
    const isCurrent = (): boolean =>
      connection.state.kind === 'synced' && device.recovery.get(room.id) === task

    if (task.cursor !== undefined && task.withReads) {
      const positions = await reads.framesOf(room.id)
      if (!isCurrent()) return
      task.withReads = false
      for (const frame of positions) connection.socket.send(frame)
    }
    let isByEvents = false
    let isByReset = false
    while (isCurrent()) {
      const { cursor } = task
      if (cursor === room.head) {
        room.live.add(connection)
        if (isByEvents && !isByReset) meter.count('recoveries-events')
        return end(connection, device, room)
      }
      await pace(connection)
      if (!isCurrent()) return
      if (cursor === undefined) {
        isByReset = true
        await sendSnapshot(connection, device, room, task, isCurrent)
        continue
      }
      const chunk =
        room.head - cursor > recoveryLimit ? 'gone' : await frames.eventsAfter(room, cursor)
      if (!isCurrent()) return
      if (chunk === 'gone') {
        task.reason = room.head - cursor > recoveryLimit ? 'gap-too-long' : 'history-gone'
        task.cursor = undefined
        continue
      }
      connection.socket.send(chunk)
      isByEvents = true
      task.cursor = chunk.events.at(-1)?.seq ?? cursor
    }
  }

  async function sendSnapshot(
    connection: Connection,
    device: AdmittedDevice,
    room: Room,
    task: RecoveryTask,
    isCurrent: () => boolean,
  ): Promise<void> {
    // The state and the head belong together; what happens while the page is read follows as events.
    const state = rooms.stateOf(room)
    const page = await frames.newestPage(room)
    const read = (await reads.of(room.id)).get(device.member) ?? 0
    const unread = await store.unread(room.id, device.member, read, state.head)
    const positions = [...(await reads.of(room.id))]
    if (!isCurrent()) return
    const own = positions.filter(([member]) => member === device.member)
    const others = positions.filter(([member]) => member !== device.member)
    const first = [...own, ...others.splice(0, READS_PER_FRAME)]
    connection.socket.send({
      type: 'reset',
      reason: task.reason,
      room: state,
      page,
      unread,
      reads: first,
    })
    for (const frame of readFrames(room.id, others)) connection.socket.send(frame)
    meter.count('recoveries-reset')
    task.cursor = state.head
    task.withReads = false
  }

  /** Lets other connections have their turn, and this one's queue drain. */
  async function pace(connection: Connection): Promise<void> {
    await new Promise<void>((resolve) => clock.afterTurn(resolve))
    if (connection.socket.queuedBytes() > PACE_BYTES) {
      await new Promise<void>((resolve) => connection.socket.onDrained(resolve))
    }
  }

  return {
    sync(connection, device, cursors) {
      const { socket } = connection
      const sent = new Map(cursors.map((cursor) => [cursor.room, cursor]))
      const first = connection.state.kind !== 'synced'
      connection.state = { kind: 'synced', device }
      // A device in more rooms than fit one frame sends several; only the first asks for everything else.
      const mine = [...rooms.of(device.member)].filter((room) => first || sent.has(room.id))
      const starts = mine.map((room) => ({ room, start: startFrom(room, sent.get(room.id)) }))
      const behind = starts.filter(({ room, start }) => start.cursor !== room.head)
      socket.send({
        type: 'plan',
        rooms: behind.length,
        events: behind.reduce(
          (sum, { room, start }) => sum + room.head - (start.cursor ?? room.head),
          0,
        ),
      })
      if (first) device.nextPeople = 0
      for (const { room: id } of cursors) {
        if (rooms.get(id)?.members.has(device.member) !== true)
          socket.send({ type: 'room-gone', room: id })
      }
      for (const { room, start } of starts) begin(connection, device, room, start, true)
      device.announceSynced = true
      void work(connection, device)
    },

    catchUp(connection, device, cursor) {
      const room = rooms.get(cursor.room)
      if (room?.members.has(device.member) !== true) {
        connection.socket.send({ type: 'room-gone', room: cursor.room })
        return
      }
      begin(connection, device, room, startFrom(room, cursor), false)
      void work(connection, device)
    },

    enter(connection, device, room) {
      begin(connection, device, room, startFrom(room, undefined), true)
      void work(connection, device)
    },

    leave(connection, device, room) {
      room.live.delete(connection)
      // Not live, so it has not been told by the event itself.
      if (device.recovery.has(room.id)) {
        end(connection, device, room)
        connection.socket.send({ type: 'room-gone', room: room.id })
      }
    },

    whenLive(device, room, run) {
      const task = device.recovery.get(room)
      if (task === undefined) run()
      else task.waiting.push(run)
    },

    drop(connection, device) {
      for (const room of rooms.of(device.member)) {
        room.live.delete(connection)
        room.recovering.delete(connection)
      }
      device.recovery.clear()
    },
  }
}

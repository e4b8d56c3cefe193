import type { Epoch, MemberId, RoomId } from '../../protocol/ids.ts'
import type { Cursor, RoomEvent, RoomState } from '../../protocol/records.ts'
import type { CatchUpFrames } from './catch-up-frames.ts'
import type { SharedLog } from './cluster-ports.ts'
import { type AdmittedDevice, admitted, type Connection } from './connection.ts'
import { createHeldEvents } from './held-events.ts'
import type { People } from './people.ts'
import type { Clock, FanOut, Log, Signal, Write, WriteResult } from './ports.ts'
import type { Reads } from './reads.ts'
import type { Recovery } from './recovery.ts'
import type { StoredSettings } from './registry-port.ts'
import type { Room, Rooms } from './rooms.ts'
import { createServedRooms } from './served-rooms.ts'

/** Events of two nodes may cross on their way: the missing one is usually there after a moment. */
const GAP_WAIT_MS = 40
/** What another node has told about may still be on its way here. */
const TOLD_WAIT_MS = 400
const LOOK_EVERY_MS = 5_000
/** While other nodes cannot be heard, the store is all there is. */
const LOOK_EVERY_ALONE_MS = 1_000
const RETRY_MS = 1_000
/** Rooms asked for at a time. */
const CHUNK = 200

/**
 * One node of several: keeps what it knows of the rooms up to date with what others commit. Signals carry events
 * fast and may be lost; the numbers tell what is missing, and the store has it. A room this node is behind in is
 * taken over as it is in the store, and its connections catch up like any that come with an old cursor (D9).
 */
export interface Cluster {
  /** The events of a signal that come next, together with held ones that follow; others wait for what is missing. */
  inOrder(room: Room, epoch: Epoch, events: readonly RoomEvent[]): readonly RoomEvent[]
  /** Something was said of this room: it has at least this number. */
  told(room: RoomId, head: number): void
  /** Others can be heard again: what was missed is looked for. */
  restored(): void
  /** The session's settings may be others. */
  lookForSettings(): Promise<void>
  /** `Recovery.sync`, once this node hears the device's rooms and is not behind what the device has. */
  sync(connection: Connection, device: AdmittedDevice, cursors: readonly Cursor[]): void
  /** A store whose results fit what this node knows when they come. */
  commit(writes: readonly Write[]): Promise<readonly WriteResult[]>
  /** A member of this node came into the room. Resolves when the room is heard here. */
  heard(room: RoomId): Promise<void> | undefined
  start(): void
  stop(): void
}

export interface ClusterPorts {
  readonly shared: SharedLog
  /** From before rooms and people were read. */
  readonly mark: string
  readonly commit: (writes: readonly Write[]) => Promise<readonly WriteResult[]>
  readonly settings: () => Promise<StoredSettings>
  readonly rooms: Rooms
  readonly people: People
  readonly reads: Reads
  readonly recovery: Recovery
  readonly frames: CatchUpFrames
  readonly fanOut: FanOut
  readonly clock: Clock
  readonly log: Log
  /** Passes on to connections as if another node had said it. */
  readonly deliver: (signal: Signal) => void
}

export function createCluster(ports: ClusterPorts): Cluster {
  const { shared, rooms, people, reads, recovery, frames, fanOut, clock, log, deliver } = ports
  const held = createHeldEvents()
  /** Rooms this node is behind in, with the number they have at least. */
  const behind = new Map<RoomId, number>()
  const syncs = new WeakMap<AdmittedDevice, Promise<void>>()
  let mark = ports.mark
  let lastSettings: string | undefined
  let isLooking = false
  let lookAgain = false
  let stopped = false
  let cancelFetch: { readonly cancel: () => void; readonly at: number } | undefined
  let cancelLook = (): void => {}
  let lookedAt = 0

  const isAlone = (): boolean => fanOut.health?.().ok === false
  const served = createServedRooms({
    ...{ fanOut, reads, clock, log, refresh },
    isListenedTo: (id) => {
      const room = rooms.get(id)
      return room !== undefined && room.live.size + room.recovering.size > 0
    },
  })

  function suspect(room: RoomId, head: number, waitMs: number): void {
    behind.set(room, Math.max(behind.get(room) ?? 0, head))
    fetchIn(isAlone() ? 0 : waitMs)
  }

  function fetchIn(ms: number): void {
    const at = clock.monotonic() + ms
    if (stopped || (cancelFetch !== undefined && cancelFetch.at <= at)) return
    cancelFetch?.cancel()
    cancelFetch = { at, cancel: clock.after(ms, () => void fetchMissing()) }
  }

  async function fetchMissing(): Promise<void> {
    cancelFetch = undefined
    const wanted = new Map(
      [...behind].filter(([id, head]) => {
        const room = rooms.get(id)
        return room === undefined || room.head < head
      }),
    )
    behind.clear()
    try {
      await refresh([...wanted.keys()])
    } catch (fault) {
      log.warn({ fault: String(fault) }, 'what other nodes wrote could not be read')
      for (const [room, head] of wanted) behind.set(room, Math.max(behind.get(room) ?? 0, head))
      fetchIn(RETRY_MS)
    }
  }

  /** Takes the rooms over as they are in the store, unless this node knows more by then. */
  async function refresh(ids: readonly RoomId[]): Promise<void> {
    for (let from = 0; from < ids.length; from += CHUNK) {
      const states = await shared.states(ids.slice(from, from + CHUNK))
      if (stopped) return
      for (const state of states) takeOver(state)
    }
  }

  function takeOver(state: RoomState): void {
    const room = rooms.get(state.id)
    if (room === undefined) {
      const added = rooms.add(state)
      // Guests get to see everybody in it; nobody else has to be told of people they know (I8).
      for (const member of state.members) {
        if (people.roleOf(member) === 'guest') people.meet(member, added.members)
      }
      for (const member of state.members) bringIn(added, member)
      return
    }
    if (room.epoch === state.epoch && state.head <= room.head) return
    const { epoch, head: seq } = room
    frames.forget(room)
    const { joined, left } = rooms.replace(room, state)
    for (const member of left) takeOut(room, member)
    // Read on from where they stood, or are given a snapshot, as after any absence (D10). Those that are reading
    // already go on to the new head, unless it is of another log.
    const halted = epoch === room.epoch ? room.live : [...room.live, ...room.recovering]
    for (const connection of halted) {
      const device = admitted(connection)
      if (device !== undefined) recovery.catchUp(connection, device, { room: room.id, epoch, seq })
    }
    for (const member of joined) {
      people.meet(member, room.members)
      bringIn(room, member)
    }
    const next = held.next(room)
    const missing = held.highest(room)
    if (missing > room.head + next.length) suspect(room.id, missing, GAP_WAIT_MS)
    if (next.length > 0) deliver({ kind: 'events', room: room.id, epoch: room.epoch, events: next })
  }

  function takeOut(room: Room, member: MemberId): void {
    for (const connection of people.connectionsOf(member)) {
      const device = admitted(connection)
      if (device === undefined) continue
      const wasLive = room.live.has(connection)
      recovery.leave(connection, device, room)
      if (wasLive) connection.socket.send({ type: 'room-gone', room: room.id })
    }
  }

  function bringIn(room: Room, member: MemberId): void {
    if (people.connectionsOf(member).size === 0) return
    void served.hear([room.id]).then(() => {
      if (stopped || !room.members.has(member)) return
      for (const connection of people.connectionsOf(member)) {
        const { state } = connection
        const known = room.live.has(connection) || room.recovering.has(connection)
        if (state.kind === 'synced' && !known) recovery.enter(connection, state.device, room)
      }
    })
  }

  async function look(): Promise<void> {
    if (isLooking) {
      lookAgain = true
      return
    }
    isLooking = true
    cancelLook()
    try {
      const changed = await shared.changedSince(mark)
      mark = changed.mark
      for (const { id, epoch, head, reshaped } of changed.rooms) {
        const room = rooms.get(id)
        if (room !== undefined && room.epoch !== epoch) suspect(id, Infinity, 0)
        else if (room === undefined || reshaped || served.has(id)) told(id, head)
      }
      // As if its node had just said so: whoever was removed or banned meanwhile is so here too.
      for (const member of changed.members) deliver({ kind: 'member', member })
      await lookForSettings()
    } catch (fault) {
      log.warn({ fault: String(fault) }, 'the store could not say what other nodes wrote')
    }
    isLooking = false
    if (stopped) return
    if (lookAgain) {
      lookAgain = false
      return void look()
    }
    lookedAt = clock.monotonic()
    lookLater()
  }

  function lookLater(): void {
    cancelLook = clock.after(LOOK_EVERY_ALONE_MS, () => {
      // Others may have fallen silent since the last look.
      if (isAlone() || clock.monotonic() - lookedAt >= LOOK_EVERY_MS) void look()
      else lookLater()
    })
  }

  function told(id: RoomId, head: number): void {
    const room = rooms.get(id)
    if (room !== undefined && room.head >= head) return
    // Signals of a room that is served are probably on their way; of others none will come.
    suspect(id, head, served.has(id) ? TOLD_WAIT_MS : GAP_WAIT_MS)
  }

  async function lookForSettings(): Promise<void> {
    try {
      const settings = await ports.settings()
      const json = JSON.stringify(settings)
      if (stopped || json === lastSettings) return
      lastSettings = json
      deliver({ kind: 'settings', settings })
    } catch (fault) {
      log.warn({ fault: String(fault) }, 'the settings could not be read again')
    }
  }

  /** Read positions have no numbers: those of the rooms that are served are read again. */
  async function lookForReads(): Promise<void> {
    for (const id of served.listenedTo()) {
      if (stopped) return
      try {
        const positions = await reads.look(id)
        if (positions.length > 0) deliver({ kind: 'reads', room: id, positions })
      } catch (fault) {
        log.warn({ room: id, fault: String(fault) }, 'read positions could not be read again')
      }
    }
  }

  /** What this node must know before the writers hear of their results. */
  async function takeIn(writes: readonly Write[], results: readonly WriteResult[]): Promise<void> {
    const unknown = new Set<RoomId>()
    for (const [index, result] of results.entries()) {
      const write = writes[index]
      if (write === undefined) continue
      const room = rooms.get(write.room)
      if (result.kind === 'exists' && rooms.get(result.room) === undefined) unknown.add(result.room)
      if (result.kind === 'unchanged') unknown.add(write.room)
      if (result.kind === 'duplicate' && room !== undefined) {
        if (room.head < result.seq) suspect(room.id, result.seq, GAP_WAIT_MS)
      }
      if (result.kind === 'committed' && changesShape(write) && room !== undefined) {
        const first = result.events[0]?.seq ?? 0
        if (first > room.head + 1) unknown.add(room.id)
      }
    }
    if (unknown.size === 0) return
    try {
      await served.hearSoon([...unknown])
      await refresh([...unknown])
    } catch (fault) {
      log.warn({ fault: String(fault) }, 'rooms that others wrote to could not be read')
      for (const id of unknown) suspect(id, Infinity, RETRY_MS)
    }
  }

  return {
    inOrder(room, epoch, events) {
      if (epoch !== room.epoch) {
        suspect(room.id, Infinity, 0)
        return []
      }
      const next = held.take(room, events)
      const missing = held.highest(room)
      if (missing > room.head + next.length) suspect(room.id, missing, GAP_WAIT_MS)
      return next
    },

    told,
    lookForSettings,

    restored() {
      void look()
      void lookForReads()
    },

    sync(connection, device, cursors) {
      const before = syncs.get(device)
      if (before === undefined && isPrepared(device, cursors)) {
        return recovery.sync(connection, device, cursors)
      }
      const prepared = (async () => {
        await before
        await prepare(device, cursors)
        if (!stopped && admitted(connection) === device) recovery.sync(connection, device, cursors)
      })()
      syncs.set(device, prepared)
      void prepared.then(() => {
        if (syncs.get(device) === prepared) syncs.delete(device)
      })
    },

    async commit(writes) {
      // Who comes into a room is told of it by this node, which therefore listens first.
      const entering = writes.filter(changesShape).map(({ room }) => room)
      const unheard = entering.filter((id) => !served.has(id))
      if (unheard.length > 0) await served.hearSoon(unheard)
      const results = await ports.commit(writes)
      await takeIn(writes, results)
      return results
    },

    heard: (room) => (served.isReady(room) ? undefined : served.hear([room])),

    start() {
      void look()
      served.start()
    },
    stop() {
      stopped = true
      cancelFetch?.cancel()
      cancelLook()
      served.stop()
    },
  }

  /** Rooms of the device that are not heard here yet. */
  function unheardOf(device: AdmittedDevice): RoomId[] {
    return [...rooms.of(device.member)].map(({ id }) => id).filter((id) => !served.isReady(id))
  }

  /** Rooms of which the device, coming from a node that was faster, knows more than this one. */
  function unknownHere(device: AdmittedDevice, cursors: readonly Cursor[]): RoomId[] {
    return cursors.flatMap(({ room: id, epoch, seq }) => {
      const room = rooms.get(id)
      const isKnown =
        room?.members.has(device.member) === true && room.epoch === epoch && room.head >= seq
      return isKnown ? [] : [id]
    })
  }

  function isPrepared(device: AdmittedDevice, cursors: readonly Cursor[]): boolean {
    for (const { id } of rooms.of(device.member)) served.keep(id)
    return unheardOf(device).length + unknownHere(device, cursors).length === 0
  }

  async function prepare(device: AdmittedDevice, cursors: readonly Cursor[]): Promise<void> {
    const doubtful = unknownHere(device, cursors)
    while (doubtful.length > 0 && !stopped) {
      try {
        await refresh(doubtful)
        break
      } catch {
        await new Promise<void>((resolve) => clock.after(RETRY_MS, resolve))
      }
    }
    // Hearing one room may tell of another the person is in.
    for (;;) {
      const unheard = unheardOf(device)
      if (unheard.length === 0 || stopped) return
      await served.hear(unheard)
    }
  }
}

function changesShape({ operation }: Write): boolean {
  return operation.kind === 'create' || operation.kind === 'join' || operation.kind === 'leave'
}

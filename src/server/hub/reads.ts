import type { MemberId, RoomId } from '../../protocol/ids.ts'
import type { ReadPosition } from '../../protocol/records.ts'
import type { ServerMessageOf } from '../../protocol/server-messages.ts'
import type { Clock, FanOut, Log, ReadMark, Store } from './ports.ts'
import type { Room } from './rooms.ts'

/** Reading goes on while marks are gathered; one transaction takes them all. */
const GATHER_MS = 100
const RETRY_MS = 1_000
/** Read positions in one frame: about 50 bytes each. */
export const READS_PER_FRAME = 2_000

/** Read positions move forward only, are kept, and are sent to the room once they are kept (D18). */
export interface Reads {
  mark(room: Room, member: MemberId, seq: number): void
  /** All positions of a room. */
  of(room: RoomId): Promise<ReadonlyMap<MemberId, number>>
  /** The same as they are sent: built once for everyone who comes back, until one of them moves. */
  framesOf(room: RoomId): Promise<readonly ServerMessageOf<'reads'>[]>
  /** Positions of the room changed, here or on another node. */
  moved(room: RoomId, positions: readonly ReadPosition[]): void
  /** What other nodes stored may have been missed: asks the store, and answers with what moved. */
  look(room: RoomId): Promise<readonly ReadPosition[]>
  /** The room's positions are asked for anew the next time. */
  forget(room: RoomId): void
  /** Stores what was gathered. */
  flush(): Promise<void>
  stop(): void
}

export function createReads(ports: {
  readonly clock: Clock
  readonly store: Pick<Store, 'reads' | 'setReads'>
  readonly fanOut: FanOut
  readonly log: Log
}): Reads {
  const { clock, store, fanOut, log } = ports
  const gathered = new Map<string, ReadMark>()
  /** Positions as of the last look; the promise is shared by everyone who reconnects at once. */
  const known = new Map<RoomId, Promise<Map<MemberId, number>>>()
  const framed = new WeakMap<object, readonly ServerMessageOf<'reads'>[]>()
  let cancelTimer: (() => void) | undefined
  let stopped = false

  function gather(mark: ReadMark): void {
    const key = `${mark.room} ${mark.member}`
    if ((gathered.get(key)?.seq ?? -1) >= mark.seq) return
    gathered.set(key, mark)
  }

  function schedule(ms: number): void {
    if (stopped) return
    cancelTimer ??= clock.after(ms, () => void flush())
  }

  async function flush(): Promise<void> {
    cancelTimer?.()
    cancelTimer = undefined
    if (gathered.size === 0) return
    const marks = [...gathered.values()]
    gathered.clear()
    let moved: readonly ReadMark[]
    try {
      moved = await store.setReads(marks)
    } catch (fault) {
      log.warn({ fault: String(fault) }, 'the store could not take read positions')
      for (const mark of marks) gather(mark)
      return schedule(RETRY_MS)
    }
    const byRoom = new Map<RoomId, ReadPosition[]>()
    for (const { room, member, seq } of moved) {
      byRoom.set(room, [...(byRoom.get(room) ?? []), [member, seq]])
    }
    for (const [room, positions] of byRoom) fanOut.publish({ kind: 'reads', room, positions })
  }

  async function load(room: RoomId): Promise<Map<MemberId, number>> {
    try {
      return new Map(await store.reads(room))
    } catch (fault) {
      known.delete(room)
      throw fault
    }
  }

  function of(room: RoomId): Promise<Map<MemberId, number>> {
    let positions = known.get(room)
    if (positions === undefined) {
      positions = load(room)
      known.set(room, positions)
    }
    return positions
  }

  return {
    mark(room, member, seq) {
      gather({ room: room.id, member, seq: Math.min(seq, room.head) })
      schedule(GATHER_MS)
    },
    of,
    async framesOf(room) {
      const positions = await of(room)
      let frames = framed.get(positions)
      if (frames === undefined) framed.set(positions, (frames = readFrames(room, [...positions])))
      return frames
    },
    moved(room, positions) {
      // What is being loaded may have been read before these were stored: both are put together.
      void known.get(room)?.then(
        (map) => {
          for (const [member, seq] of positions) {
            if ((map.get(member) ?? 0) >= seq) continue
            map.set(member, seq)
            framed.delete(map)
          }
        },
        () => {},
      )
    },
    async look(room) {
      const before = known.get(room)
      if (before === undefined) return []
      const [old, now] = await Promise.all([before, store.reads(room)])
      return now.filter(([member, seq]) => (old.get(member) ?? 0) < seq)
    },
    forget: (room) => void known.delete(room),
    flush,
    stop() {
      stopped = true
      cancelTimer?.()
    },
  }
}

export function readFrames(
  room: RoomId,
  positions: readonly ReadPosition[],
): ServerMessageOf<'reads'>[] {
  const frames: ServerMessageOf<'reads'>[] = []
  for (let from = 0; from < positions.length; from += READS_PER_FRAME) {
    const some = positions.slice(from, from + READS_PER_FRAME)
    frames.push({ type: 'reads', room, positions: some })
  }
  return frames
}

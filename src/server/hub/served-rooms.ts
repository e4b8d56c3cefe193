import type { RoomId } from '../../protocol/ids.ts'
import type { Clock, FanOut, Log } from './ports.ts'
import type { Reads } from './reads.ts'

const RETRY_MS = 1_000
const RELEASE_EVERY_MS = 60_000

/** The rooms this node hears, because somebody connected to it is in them. */
export interface ServedRooms {
  has(room: RoomId): boolean
  /** Heard, and nothing from before that is missing. */
  isReady(room: RoomId): boolean
  /** Somebody is about to listen. */
  keep(room: RoomId): void
  /** Resolves when all of them are ready, however long the store takes. */
  hear(rooms: readonly RoomId[]): Promise<void>
  /** The same, but for a second at most: writers are told by their commit that the store is away. */
  hearSoon(rooms: readonly RoomId[]): Promise<void>
  listenedTo(): RoomId[]
  start(): void
  stop(): void
}

interface Served {
  readonly ready: Promise<void>
  isReady: boolean
  /** Nobody listened at the last look; at the second one the room is let go. */
  isIdle: boolean
}

export function createServedRooms(ports: {
  readonly fanOut: FanOut
  readonly reads: Pick<Reads, 'forget'>
  readonly clock: Clock
  readonly log: Log
  /** Brings what this node knows of the rooms up to date; rejects when the store cannot be read. */
  readonly refresh: (rooms: readonly RoomId[]) => Promise<void>
  readonly isListenedTo: (room: RoomId) => boolean
}): ServedRooms {
  const { fanOut, reads, clock, log, refresh, isListenedTo } = ports
  const served = new Map<RoomId, Served>()
  let stopped = false
  let cancelRelease = (): void => {}

  async function begin(rooms: readonly RoomId[]): Promise<void> {
    // First heard, then read: nothing falls between (D8).
    await fanOut.serve?.(rooms)
    for (const room of rooms) reads.forget(room)
    while (!stopped) {
      try {
        return await refresh(rooms)
      } catch (fault) {
        log.warn({ fault: String(fault) }, 'rooms could not be read before they are served')
        await new Promise<void>((resolve) => clock.after(RETRY_MS, resolve))
      }
    }
  }

  async function hear(rooms: readonly RoomId[]): Promise<void> {
    const fresh = rooms.filter((room) => !served.has(room))
    if (fresh.length > 0) {
      const ready = begin(fresh)
      const entries = fresh.map((room) => {
        const entry: Served = { ready, isReady: false, isIdle: false }
        served.set(room, entry)
        return entry
      })
      void ready.then(() => {
        for (const entry of entries) entry.isReady = true
      })
    }
    for (const room of rooms) await served.get(room)?.ready
  }

  function release(): void {
    cancelRelease = clock.after(RELEASE_EVERY_MS, release)
    const gone: RoomId[] = []
    for (const [room, entry] of served) {
      if (!entry.isReady || isListenedTo(room)) entry.isIdle = false
      else if (!entry.isIdle) entry.isIdle = true
      else gone.push(room)
    }
    for (const room of gone) served.delete(room)
    if (gone.length > 0) fanOut.release?.(gone)
  }

  return {
    has: (room) => served.has(room),
    isReady: (room) => served.get(room)?.isReady === true,
    keep(room) {
      const entry = served.get(room)
      if (entry !== undefined) entry.isIdle = false
    },
    hear,
    hearSoon: (rooms) =>
      new Promise((resolve) => {
        const cancel = clock.after(RETRY_MS, resolve)
        void hear(rooms).then(() => {
          cancel()
          resolve()
        })
      }),
    listenedTo: () => [...served.keys()].filter(isListenedTo),
    start() {
      cancelRelease = clock.after(RELEASE_EVERY_MS, release)
    },
    stop() {
      stopped = true
      cancelRelease()
    },
  }
}

import type { ClientMessage } from '../../protocol/client-messages.ts'
import type { MemberId, RoomId } from '../../protocol/ids.ts'
import type { Clock } from '../clock.ts'

/** Without a refresh typing ends (D17); the server forgets it as well. */
const EXPIRES_MS = 5_000
/** The server is not told more often than this; windows repeat themselves every 3 s of typing. */
const REFRESH_MS = 2_500

/** Who is typing where. Lives only in memory (D17). */
export interface Typing {
  of(room: RoomId): readonly MemberId[]
  /** The server says so. */
  heard(room: RoomId, member: MemberId, active: boolean): void
  /** This person pressed a key, or stopped. Who only stops pressing keys is forgotten by expiry. */
  say(room: RoomId, active: boolean): void
  connectionLost(): void
  close(): void
}

export function createTyping(
  clock: Clock,
  send: (message: ClientMessage) => boolean,
  changed: (room: RoomId) => void,
): Typing {
  const others = new Map<RoomId, Map<MemberId, () => void>>()
  /** When the server was told last. */
  const mine = new Map<RoomId, number>()

  function forget(room: RoomId, member: MemberId): void {
    const members = others.get(room)
    const cancel = members?.get(member)
    if (members === undefined || cancel === undefined) return
    cancel()
    members.delete(member)
    if (members.size === 0) others.delete(room)
    changed(room)
  }

  function forgetAll(): void {
    for (const [room, members] of [...others]) {
      for (const member of [...members.keys()]) forget(room, member)
    }
  }

  return {
    of: (room) => [...(others.get(room)?.keys() ?? [])],
    heard(room, member, active) {
      if (!active) return forget(room, member)
      const members = others.get(room) ?? new Map<MemberId, () => void>()
      others.set(room, members)
      const known = members.get(member)
      known?.()
      members.set(
        member,
        clock.after(EXPIRES_MS, () => forget(room, member)),
      )
      if (known === undefined) changed(room)
    },
    say(room, active) {
      const told = mine.get(room)
      if (!active) {
        if (mine.delete(room)) send({ type: 'typing', room, active: false })
        return
      }
      const now = clock.monotonic()
      if (told !== undefined && now - told < REFRESH_MS) return
      mine.set(room, now)
      send({ type: 'typing', room, active: true })
    },
    connectionLost() {
      mine.clear()
      forgetAll()
    },
    close() {
      mine.clear()
      for (const members of others.values()) for (const cancel of members.values()) cancel()
      others.clear()
    },
  }
}

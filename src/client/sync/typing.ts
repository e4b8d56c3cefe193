import type { ClientMessage } from '../../protocol/client-messages.ts'
import type { MemberId, RoomId } from '../../protocol/ids.ts'
import type { Clock } from '../clock.ts'

/** Without a refresh typing ends (D17); the server forgets it as well. */
const EXPIRES_MS = 5_000
const REFRESH_MS = 3_000
/** A window that never says «stopped» is not believed for longer. */
const BELIEVED_MS = 30_000

/** Who is typing where. Lives only in memory (D17). */
export interface Typing {
  of(room: RoomId): readonly MemberId[]
  /** The server says so. */
  heard(room: RoomId, member: MemberId, active: boolean): void
  /** This person is typing, or stopped. */
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
  const mine = new Map<RoomId, { until: number; cancel: () => void }>()

  function forget(room: RoomId, member: MemberId): void {
    const members = others.get(room)
    const cancel = members?.get(member)
    if (members === undefined || cancel === undefined) return
    cancel()
    members.delete(member)
    if (members.size === 0) others.delete(room)
    changed(room)
  }

  function refresh(room: RoomId): () => void {
    send({ type: 'typing', room, active: true })
    return clock.after(REFRESH_MS, () => {
      const own = mine.get(room)
      if (own === undefined) return
      if (clock.monotonic() >= own.until) mine.delete(room)
      else own.cancel = refresh(room)
    })
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
      const own = mine.get(room)
      if (active) {
        const until = clock.monotonic() + BELIEVED_MS
        if (own === undefined) mine.set(room, { until, cancel: refresh(room) })
        else own.until = until
      } else if (own !== undefined) {
        own.cancel()
        mine.delete(room)
        send({ type: 'typing', room, active: false })
      }
    },
    connectionLost: forgetAll,
    close() {
      for (const own of mine.values()) own.cancel()
      mine.clear()
      for (const members of others.values()) for (const cancel of members.values()) cancel()
      others.clear()
    },
  }
}

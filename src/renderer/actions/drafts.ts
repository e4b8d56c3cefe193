import type { RoomId, SessionId } from '../../protocol/ids.ts'
import { TEXT_LENGTH } from '../limits.ts'
import { changeSession, sessionOf, withEntry } from '../store/state.ts'
import { change } from './ports.ts'
import type { ActionPorts } from './ports.ts'

/** Long enough not to write on every key, short enough that a crash loses a word at most. */
const SAVE_DELAY_MS = 400

export interface Drafts {
  /** Shows the text at once and saves it soon. */
  set(session: SessionId, room: RoomId, text: string): void
  /** Saves now: the person looked away, or the room is about to change. */
  flush(session: SessionId, room: RoomId): void
  /** Takes the text out of the composer; it stays saved until `settled`. */
  take(session: SessionId, room: RoomId): string
  settled(session: SessionId, room: RoomId, taken: string, sent: boolean): void
  dispose(): void
}

/**
 * Text on its way to the outbox is out of sight but still part of the saved draft, so that neither a
 * failed command nor a crash between the two loses it.
 */
export function drafts(ports: ActionPorts): Drafts {
  const timers = new Map<RoomId, () => void>()
  const saved = new Map<RoomId, string>()
  const underway = new Map<RoomId, string[]>()

  const current = (session: SessionId, room: RoomId): string => {
    const state = sessionOf(ports.store.getState(), session)
    return state.drafts.get(room) ?? state.rooms.get(room)?.draft ?? ''
  }

  const show = (session: SessionId, room: RoomId, text: string): void =>
    change(ports, (state) =>
      changeSession(state, session, (before) => ({
        ...before,
        drafts: withEntry(before.drafts, room, text),
      })),
    )

  function save(session: SessionId, room: RoomId): void {
    timers.get(room)?.()
    timers.delete(room)
    const text = [...(underway.get(room) ?? []), current(session, room)]
      .filter((part) => part !== '')
      .join('\n')
    const before =
      saved.get(room) ?? sessionOf(ports.store.getState(), session).rooms.get(room)?.draft
    // A text over the limit stays in the composer with its error; only the last fitting one is saved.
    if (text === (before ?? '') || text.length > TEXT_LENGTH) return
    saved.set(room, text)
    void ports.bridge.invoke('room.set-draft', { session, room, text }).then((result) => {
      // Not said aloud: the text is still on screen, and the next key tries again.
      if (!result.ok) saved.delete(room)
    })
  }

  function schedule(session: SessionId, room: RoomId): void {
    timers.get(room)?.()
    timers.set(
      room,
      ports.clock.after(SAVE_DELAY_MS, () => save(session, room)),
    )
  }

  return {
    set(session, room, text) {
      show(session, room, text)
      schedule(session, room)
    },
    flush(session, room) {
      if (timers.has(room)) save(session, room)
    },
    take(session, room) {
      const text = current(session, room)
      underway.set(room, [...(underway.get(room) ?? []), text])
      show(session, room, '')
      return text
    },
    settled(session, room, taken, sent) {
      const rest = [...(underway.get(room) ?? [])]
      const index = rest.indexOf(taken)
      if (index >= 0) rest.splice(index, 1)
      underway.set(room, rest)
      if (!sent) {
        const since = current(session, room)
        show(session, room, since === '' ? taken : `${taken}\n${since}`)
      }
      save(session, room)
    },
    dispose() {
      for (const cancel of timers.values()) cancel()
      timers.clear()
    },
  }
}

import type { RoomId, SessionId } from '../../protocol/ids.ts'
import { TEXT_LENGTH } from '../limits.ts'
import { changeSession, sessionOf, withEntry } from '../store/state.ts'
import { change } from './ports.ts'
import type { ActionPorts } from './ports.ts'

/** Long enough not to write on every key, short enough that a crash loses a word at most. */
const SAVE_DELAY_MS = 400

/** Text that was sent off and whose answer is still out, or came back as a failure. */
interface Part {
  readonly text: string
  failed: boolean
}

export interface Drafts {
  /** Shows the text at once and saves it soon. */
  set(session: SessionId, room: RoomId, text: string): void
  /** Saves now: the person looked away, or the room is about to change. */
  flush(session: SessionId, room: RoomId): void
  /**
   * What Enter is to send: the text that is not on its way already; null when there is none. It stays
   * in the composer until it is `settled`.
   */
  take(
    session: SessionId,
    room: RoomId,
  ): { readonly text: string; settled(sent: boolean): void } | null
  dispose(): void
}

/**
 * The composer keeps what was sent until it is stored, so that neither a failed command nor a crash
 * between the two loses it (D1); what is typed meanwhile stands behind it and is told apart from it.
 */
export function drafts(ports: ActionPorts): Drafts {
  const timers = new Map<RoomId, () => void>()
  const saved = new Map<RoomId, string>()
  const underway = new Map<RoomId, readonly Part[]>()

  const shown = (session: SessionId, room: RoomId): string => {
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
    const text = shown(session, room)
    const state = sessionOf(ports.store.getState(), session)
    const before = saved.get(room) ?? state.rooms.get(room)?.draft ?? ''
    // A text over the limit stays in the composer with its error; only the last fitting one is saved.
    if (text === before || text.length > TEXT_LENGTH) return
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

  /** What stands behind the parts; null when the person has changed one of them since. */
  function rest(session: SessionId, room: RoomId, parts: readonly Part[]): string | null {
    const prefix = parts.map((part) => part.text).join('')
    const text = shown(session, room)
    return text.startsWith(prefix) ? text.slice(prefix.length) : null
  }

  function settle(session: SessionId, room: RoomId, part: Part, sent: boolean): void {
    const before = underway.get(room) ?? []
    const behind = rest(session, room, before)
    part.failed = !sent
    const left = sent ? before.filter((other) => other !== part) : before
    const waits = left.some((other) => !other.failed)
    underway.set(room, waits ? left : [])
    if (behind !== null) {
      const texts = left.map((other) => other.text)
      const text = waits
        ? texts.join('') + behind
        : [...texts, behind].filter((piece) => piece !== '').join('\n')
      show(session, room, text)
    }
    save(session, room)
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
      const parts = underway.get(room) ?? []
      const text = rest(session, room, parts) ?? shown(session, room)
      // A second Enter while the answer is out must not send the same words again.
      if (text.trim() === '') return null
      const part: Part = { text, failed: false }
      underway.set(room, [...parts, part])
      return { text, settled: (sent) => settle(session, room, part, sent) }
    },
    dispose() {
      for (const cancel of timers.values()) cancel()
      timers.clear()
    },
  }
}

import type { Result } from '../../ipc/errors.ts'
import type { MessageId, RoomId, SessionId } from '../../protocol/ids.ts'
import { changeSession, sessionOf, withEntry } from '../store/state.ts'
import type { ComposeMode } from '../store/state.ts'
import type { Drafts } from './drafts.ts'
import { attempt, change } from './ports.ts'
import type { ActionPorts, Outcome } from './ports.ts'

/** A typing signal lasts 5 s (D17); repeating it sooner keeps it alive without a call for every key. */
const TYPING_REPEAT_MS = 3_000

export interface MessageActions {
  /** Sends what the composer of the room holds; it is emptied when the message is stored. */
  send(session: SessionId, room: RoomId): Promise<Result<unknown> | null>
  saveEdit(
    session: SessionId,
    room: RoomId,
    message: MessageId,
    text: string,
  ): Outcome<'message.edit'>
  remove(session: SessionId, room: RoomId, message: MessageId): Outcome<'message.delete'>
  toggleReaction(
    session: SessionId,
    room: RoomId,
    message: MessageId,
    emoji: string,
    has: boolean,
  ): Promise<void>
  retry(session: SessionId, room: RoomId, operation: MessageId): Promise<void>
  discard(session: SessionId, room: RoomId, operation: MessageId): Promise<void>
  compose(session: SessionId, room: RoomId, mode: ComposeMode): void
  markRead(session: SessionId, room: RoomId, seq: number): void
  typing(session: SessionId, room: RoomId, active: boolean): void
}

export function messageActions(ports: ActionPorts, drafts: Drafts): MessageActions {
  const readSent = new Map<RoomId, number>()
  let typingIn: { readonly room: RoomId; readonly at: number } | null = null

  function compose(session: SessionId, room: RoomId, mode: ComposeMode): void {
    change(ports, (state) =>
      changeSession(state, session, (before) => ({
        ...before,
        modes: withEntry(before.modes, room, mode),
      })),
    )
  }

  return {
    compose,
    async send(session, room) {
      const before = sessionOf(ports.store.getState(), session)
      const mode = before.modes.get(room)
      const taken = drafts.take(session, room)
      if (taken === null) return null
      const result = await ports.bridge.invoke('message.send', {
        session,
        room,
        text: taken.text.replace(/^(\s*\n)+/, '').trimEnd(),
        ...(mode?.kind === 'reply' ? { replyTo: mode.to } : {}),
      })
      taken.settled(result.ok)
      const now = sessionOf(ports.store.getState(), session).modes.get(room)
      if (result.ok && mode?.kind === 'reply' && now === mode)
        compose(session, room, { kind: 'new' })
      return result
    },
    saveEdit: (session, room, message, text) =>
      ports.bridge.invoke('message.edit', { session, room, message, text }),
    remove: (session, room, message) =>
      ports.bridge.invoke('message.delete', { session, room, message }),
    toggleReaction: (session, room, message, emoji, has) =>
      attempt(ports, has ? 'message.unreact' : 'message.react', { session, room, message, emoji }),
    retry: (session, room, message) => attempt(ports, 'message.retry', { session, room, message }),
    discard: (session, room, message) =>
      attempt(ports, 'message.discard', { session, room, message }),
    markRead(session, room, seq) {
      if (seq <= (readSent.get(room) ?? 0)) return
      readSent.set(room, seq)
      void ports.bridge.invoke('room.read', { session, room, seq }).then((result) => {
        if (!result.ok) readSent.delete(room)
      })
    },
    typing(session, room, active) {
      const now = ports.clock.now()
      if (active && typingIn?.room === room && now - typingIn.at < TYPING_REPEAT_MS) return
      if (!active && typingIn?.room !== room) return
      typingIn = active ? { room, at: now } : null
      // A lost signal is not worth a word: it is never stored (D17).
      void ports.bridge.invoke('room.typing', { session, room, active })
    },
  }
}

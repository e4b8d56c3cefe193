import type { SessionRegistry } from '../sessions/session-registry.ts'
import { done, ok } from './command-gate.ts'
import type { CommandHandlers } from './command-gate.ts'
import { inSession } from './in-session.ts'

type RoomCommand = Exclude<
  keyof CommandHandlers,
  | `app.${string}`
  | `profile.${string}`
  | `session.${string}`
  | `discovery.${string}`
  | `doctor.${string}`
  | `join.${string}`
  | `admin.${string}`
  | `device.${string}`
>

/** Rooms, timelines and messages: each goes to the session it names. */
export function roomCommands(registry: SessionRegistry): Pick<CommandHandlers, RoomCommand> {
  const within = inSession(registry)

  return {
    'room.create': within((session, { name, topic, visibility, members }) =>
      session.createRoom({ name, topic, visibility, members }),
    ),
    'room.open-direct': within((session, { members }) => session.openDirect(members)),
    'room.join': within((session, { room }) => session.joinRoom(room)),
    'room.leave': within((session, { room }) => session.leaveRoom(room)),
    'room.add-members': within((session, { room, members }) => session.addMembers(room, members)),
    'room.change': within((session, { room, name, topic }) =>
      session.changeRoom(room, { name, topic }),
    ),
    'room.browse': within((session) => session.browseRooms()),
    'room.reads': within((session, { room }) => session.reads(room)),

    'timeline.load': within((session, { room, before, limit }) =>
      session.timeline(room, { before, limit }),
    ),
    'message.send': within((session, { room, text, replyTo }) => session.send(room, text, replyTo)),
    'message.edit': within((session, { room, message, text }) => session.edit(room, message, text)),
    'message.delete': within((session, { room, message }) => session.delete(room, message)),
    'message.react': within((session, { room, message, emoji }) =>
      session.react(room, message, emoji),
    ),
    'message.unreact': within((session, { room, message, emoji }) =>
      session.unreact(room, message, emoji),
    ),
    'message.retry': within((session, { room, message }) => session.retry(room, message)),
    'message.discard': within((session, { room, message }) => session.discard(room, message)),

    'room.read': within((session, { room, seq }) => session.markRead(room, seq)),
    'room.typing': within((session, { room, active }) => {
      session.setTyping(room, active)
      return done
    }),
    'room.set-draft': within((session, { room, text }) => session.setDraft(room, text)),
    'search.messages': within((session, { query, limit }) => ok(session.search(query, limit))),
  }
}

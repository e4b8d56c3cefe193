import type { GuestEvent } from '../guest/guest-events.ts'
import type { GuestSession } from '../guest/guest-session.ts'

/** What was posted, in the words of the guide's clients. The sender is always named. */
export function plainWords(
  { room, post }: Extract<GuestEvent, { kind: 'posted' }>,
  session: GuestSession,
  isPlayer: boolean,
): object {
  const from = session.world.nameOf(post.actor)
  const content = post.text
  const timestamp = new Date(post.at).toISOString()
  if (room.kind === 'direct') {
    // Sent by another connection of the same person: it is told whom to.
    const others = [...room.members].filter((member) => member !== session.self)
    const to =
      post.actor === session.self ? { to: others.map(session.world.nameOf).join(', ') } : {}
    return { type: 'private', from, ...to, content, timestamp }
  }
  const where = room.isDefault ? {} : isPlayer ? { room: room.name } : { channel: room.name }
  if (isPlayer) return { type: 'chat', sender: from, message: content, ...where, timestamp }
  if (room.isDefault) return { type: 'broadcast', from, content, timestamp }
  return { type: 'notification', ...where, from, message: content, content, timestamp }
}

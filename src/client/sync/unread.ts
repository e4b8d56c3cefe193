import type { MemberId, RoomId } from '../../protocol/ids.ts'
import type { Replica } from '../local-db/replica.ts'

/**
 * Messages by others after `readSeq` (D18). Exact when everything after it is loaded here; otherwise what is
 * known from elsewhere, since only the server can count the rest.
 */
export function unreadAfter(
  { messages, rooms }: Replica,
  self: MemberId,
  room: RoomId,
  readSeq: number,
  otherwise: number,
): number {
  const loadedFrom = rooms.get(room)?.loaded_from ?? 1
  return readSeq + 1 >= loadedFrom ? messages.countUnread(room, self, readSeq) : otherwise
}

import type { RoomId } from '../../protocol/ids.ts'
import type { Rooms } from '../local-db/rooms.ts'
import { type ClientResult, fail, succeed } from '../result.ts'
import type { History } from '../sync/history.ts'
import type { Viewer } from '../view/viewer.ts'
import type { TimelinePage } from '../views.ts'

/** Pages of history one call may load; a page can be short when its messages are long. */
const MAX_LOADS = 3

/** A stretch of a room's timeline: from the local database, and what is older from the server (D10). */
export async function loadTimeline(
  parts: {
    readonly rooms: Rooms
    readonly viewer: Viewer
    readonly history: History
    readonly isLive: () => boolean
    readonly loaded: () => void
  },
  room: RoomId,
  range: { readonly before?: number | undefined; readonly limit: number },
): Promise<ClientResult<TimelinePage>> {
  let reachable = true
  for (let loads = 0; ; loads++) {
    const row = parts.rooms.get(room)
    if (row === undefined) return fail('no-such-room', 'This room does not exist any more.')
    const { items, more } = parts.viewer.timeline(row, range.before, range.limit)
    const allHere = more || row.loaded_from <= 1
    // The newest page is shown from what is here, at once; older ones are worth waiting for.
    const enough = items.length >= range.limit || (range.before === undefined && items.length > 0)
    reachable &&= parts.isLive()
    if (allHere || enough || !reachable || loads >= MAX_LOADS) {
      const older = more
        ? 'more'
        : row.loaded_from <= 1
          ? 'none'
          : reachable
            ? 'more'
            : 'unreachable'
      return succeed({ items, older })
    }
    const result = await parts.history.load(room)
    parts.loaded()
    // Asked again after a change in between; anything else means that the server cannot say now.
    if (!result.ok && result.failure.kind !== 'unavailable') reachable = false
  }
}

import { describe, expect, it } from 'vitest'
import type { RoomEvent } from '../../protocol/records.ts'
import {
  clientKit,
  eventsOf,
  messageId,
  OTHER,
  posted,
  resetOf,
  ROOM,
  roomState,
  SELF,
  value,
} from '../../testing/client-kit.ts'
import { seededRandom } from '../../testing/seeded-random.ts'

describe('the unread count', () => {
  it('[D18] kept step by step is what a recount would give', async () => {
    for (let seed = 1; seed <= 20; seed++) {
      const random = seededRandom(seed)
      const kit = clientKit()
      const log: RoomEvent[] = []
      const deleted = new Set<string>()
      let read = 0
      await kit.goOnline(resetOf(roomState()))
      for (let round = 0; round < 25; round++) {
        const batch: RoomEvent[] = []
        for (let i = random.int(1, 4); i > 0; i--) {
          const seq = log.length + 1
          const actor = random.chance(0.7) ? OTHER : SELF
          const posts = log.filter((event) => event.type === 'message.posted')
          const event: RoomEvent =
            posts.length > 0 && random.chance(0.3)
              ? {
                  type: 'message.deleted',
                  id: messageId(seq),
                  seq,
                  at: seq,
                  actor,
                  target: random.pick(posts).id,
                }
              : posted(seq, { actor })
          if (event.type === 'message.deleted') deleted.add(event.target)
          log.push(event)
          batch.push(event)
        }
        await kit.hear(eventsOf(batch))
        if (random.chance(0.3)) {
          const to = random.int(0, log.length)
          read = Math.max(read, to)
          if (random.chance(0.5)) value(kit.session.markRead(ROOM, to))
          else await kit.hear({ type: 'reads', room: ROOM, positions: [[SELF, to]] })
        }
        const unread = log.filter(
          (event) =>
            event.type === 'message.posted' &&
            event.actor !== SELF &&
            event.seq > read &&
            !deleted.has(event.id),
        ).length
        expect(kit.session.view().unread, `seed ${seed}, round ${round}`).toBe(unread)
      }
      kit.dispose()
    }
  })
})

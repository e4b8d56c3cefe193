import { describe, expect, it } from 'vitest'
import type { MemberId, MessageId, RoomId } from '../../protocol/ids.ts'
import type { MessagePage, RoomEvent } from '../../protocol/records.ts'
import { createCatchUpFrames } from './catch-up-frames.ts'
import type { EventRange } from './ports.ts'
import type { Room } from './rooms.ts'

const LIMITS = { events: 500, pageMessages: 50 }

function room(head: number): Room {
  return { id: 'room' as RoomId, epoch: 'epoch', head } as Room
}

const posted = (seq: number, text = `message ${seq}`): RoomEvent => ({
  ...{ seq, id: `m${seq}` as MessageId, actor: 'mara' as MemberId, at: 0 },
  ...{ type: 'message.posted', text },
})

/** A log that says what it was asked for. */
function log(textOf = (seq: number) => `message ${seq}`) {
  const asked: number[] = []
  return {
    asked,
    async eventsAfter(_room: RoomId, after: number, limit: number): Promise<EventRange> {
      asked.push(after)
      const events = Array.from({ length: limit }, (_, index) => {
        const seq = after + 1 + index
        return posted(seq, textOf(seq))
      })
      return { kind: 'events', events }
    },
    page: async (): Promise<MessagePage> => expect.unreachable('no page is asked for'),
  }
}

describe('what those who come back are sent', () => {
  it('is read once for all who stand at the same place, and for those who stand further on', async () => {
    const store = log()
    const frames = createCatchUpFrames(store, LIMITS)
    const general = room(200)
    const far = await frames.eventsAfter(general, 100)
    expect(await frames.eventsAfter(general, 100)).toBe(far)
    const near = await frames.eventsAfter(general, 190)
    expect(store.asked).toEqual([100])
    if (near === 'gone' || far === 'gone') return expect.unreachable('nothing is gone')
    expect(near.events.map(({ seq }) => seq)).toEqual([...Array(10).keys()].map((n) => 191 + n))
    expect(near.events[0]).toBe(far.events[90])
  })

  it('is read anew for those who stand further back, and after the next event', async () => {
    const store = log()
    const frames = createCatchUpFrames(store, LIMITS)
    const general = room(200)
    await frames.eventsAfter(general, 100)
    await frames.eventsAfter(general, 50)
    await frames.eventsAfter(general, 60)
    expect(store.asked).toEqual([100, 50])
    general.head++
    frames.forget(general)
    await frames.eventsAfter(general, 60)
    expect(store.asked).toEqual([100, 50, 60])
  })

  it('[D8] takes no part of a run that does not reach the head', async () => {
    const store = log()
    const cut = {
      ...store,
      eventsAfter: (id: RoomId, after: number) => store.eventsAfter(id, after, 20),
    }
    const frames = createCatchUpFrames(cut, LIMITS)
    const general = room(200)
    await frames.eventsAfter(general, 100)
    await frames.eventsAfter(general, 110)
    expect(store.asked).toEqual([100, 110])
  })

  it('is not kept when it was asked for before the next event and came after it', async () => {
    const store = log()
    const frames = createCatchUpFrames(store, LIMITS)
    const general = room(200)
    const late = frames.eventsAfter(general, 100)
    frames.forget(general)
    await late
    await frames.eventsAfter(general, 150)
    expect(store.asked).toEqual([100, 150])
  })

  it('lets go of everything when it is much', async () => {
    const store = log(() => '\u0001'.repeat(333_333))
    const frames = createCatchUpFrames(store, LIMITS)
    const general = room(12)
    await frames.eventsAfter(general, 4)
    await frames.eventsAfter(general, 4)
    expect(store.asked).toEqual([4])
    await frames.eventsAfter(general, 2)
    await frames.eventsAfter(general, 4)
    expect(store.asked).toEqual([4, 2, 4])
  })

  it('lets go of everything when there is little in very many', async () => {
    const store = log()
    const frames = createCatchUpFrames(store, LIMITS)
    const general = room(2)
    await frames.eventsAfter(general, 1)
    for (let n = 0; n < 15_000; n++) await frames.eventsAfter(room(2), 1)
    store.asked.length = 0
    await frames.eventsAfter(general, 1)
    expect(store.asked).toEqual([1])
  })
})

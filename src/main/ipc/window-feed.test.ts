import { describe, expect, it } from 'vitest'
import type { MessageView, PersonView, RoomView, SessionEvent } from '../../client/views.ts'
import type { AppEvent } from '../../ipc/contract.ts'
import {
  memberIdSchema,
  messageIdSchema,
  roomIdSchema,
  sessionIdSchema,
} from '../../protocol/ids.ts'
import { manualClock } from '../../testing/manual-clock.ts'
import { seededRandom } from '../../testing/seeded-random.ts'
import { createEventQueue, MAX_MERGED_ITEMS } from './event-queue.ts'
import { BATCH_INTERVAL_MS, createWindowFeed, MAX_BATCH_ITEMS } from './window-feed.ts'

const uuid = (n: number): string => `0190a000-0000-7000-8000-${String(n).padStart(12, '0')}`
const session = sessionIdSchema.parse(uuid(1))
const room = (n: number) => roomIdSchema.parse(uuid(100 + n))
const author = memberIdSchema.parse(uuid(2))

function message(n: number, text = `message ${n}`): MessageView {
  return {
    type: 'message',
    id: messageIdSchema.parse(uuid(1_000 + n)),
    seq: n,
    order: n,
    author,
    at: 0,
    text,
    edited: false,
    deleted: false,
    reactions: [],
    state: { kind: 'sent' },
  }
}
const of = (event: SessionEvent): AppEvent => ({ type: 'session-event', session, event })
const posted = (n: number, inRoom = 1, text?: string): AppEvent =>
  of({ type: 'timeline', roomId: room(inRoom), items: [message(n, text)], removed: [] })
const removedItem = (n: number, inRoom = 1): AppEvent =>
  of({ type: 'timeline', roomId: room(inRoom), items: [], removed: [message(n).id] })
const intent: AppEvent = { type: 'intent', intent: { kind: 'host' } }

function feed() {
  const clock = manualClock()
  const batches: AppEvent[][] = []
  return { clock, batches, feed: createWindowFeed(clock, (events) => batches.push([...events])) }
}

describe('window feed', () => {
  it('gathers a thousand messages a second into one short batch a frame', async () => {
    const { clock, batches, feed: window } = feed()
    window.open()
    for (let n = 1; n <= 1_000; n += 1) {
      window.push(posted(n, n % 3))
      await clock.advance(1)
    }
    await clock.advance(BATCH_INTERVAL_MS)
    // Each batch waits 16 ms from its first event on.
    expect(batches.length).toBeLessThanOrEqual(63)
    expect(Math.max(...batches.map((batch) => batch.length))).toBeLessThanOrEqual(3)
    const seen = batches.flat().flatMap((event) => timelineItems(event).map((item) => item.seq))
    expect(seen.toSorted((a, b) => (a ?? 0) - (b ?? 0))).toEqual(
      Array.from({ length: 1_000 }, (_, index) => index + 1),
    )
  })

  it('splits a flood over several frames and loses none of it', async () => {
    const { clock, batches, feed: window } = feed()
    window.open()
    for (let n = 1; n <= 3_000; n += 1) window.push(posted(n))
    await clock.advance(BATCH_INTERVAL_MS)
    expect(batches).toHaveLength(1)
    await clock.advance(1_000)
    expect(batches.length).toBe(3_000 / MAX_BATCH_ITEMS)
    const seen = batches.flat().flatMap((event) => timelineItems(event).map((item) => item.seq))
    expect(seen).toEqual(Array.from({ length: 3_000 }, (_, index) => index + 1))
    expect(clock.pendingTimers()).toBe(0)
  })

  it('says nothing before the window asked for the state, and keeps intents for it', async () => {
    const { clock, batches, feed: window } = feed()
    window.push(posted(1))
    window.push(intent)
    await clock.advance(100)
    expect(batches).toEqual([])
    window.open()
    await clock.advance(BATCH_INTERVAL_MS)
    expect(batches).toEqual([[intent]])
  })

  it('forgets what waits when the window loads anew, but not what a person asked for', async () => {
    const { clock, batches, feed: window } = feed()
    window.open()
    window.push(posted(1))
    window.push(intent)
    window.reset()
    window.push(posted(2))
    await clock.advance(100)
    window.open()
    await clock.advance(BATCH_INTERVAL_MS)
    expect(batches).toEqual([[intent]])
  })

  it('stops when the window is gone', async () => {
    const { clock, batches, feed: window } = feed()
    window.open()
    window.push(posted(1))
    window.dispose()
    window.push(posted(2))
    await clock.advance(100)
    expect(batches).toEqual([])
    expect(clock.pendingTimers()).toBe(0)
  })
})

describe('event queue', () => {
  it('keeps the latest of what replaces itself and merges lists by id', () => {
    const queue = createEventQueue()
    const typing = (members: boolean): AppEvent =>
      of({ type: 'typing', roomId: room(1), memberIds: members ? [author] : [] })
    queue.push(typing(true))
    queue.push(posted(1))
    queue.push(posted(2))
    queue.push(typing(false))
    queue.push(posted(1, 1, 'edited'))
    queue.push(removedItem(2))
    expect(queue.take(100)).toEqual([
      typing(false),
      of({
        type: 'timeline',
        roomId: room(1),
        items: [message(1, 'edited')],
        removed: [message(2).id],
      }),
    ])
    expect(queue.isEmpty).toBe(true)
  })

  it('moves nothing across an event that replaces or removes', () => {
    const queue = createEventQueue()
    const reset = of({ type: 'timeline-reset', roomId: room(1) })
    const gone = of({ type: 'room-removed', roomId: room(2) })
    const events = [posted(1), reset, posted(2), gone, posted(3), intent, posted(4)]
    for (const event of events) queue.push(event)
    expect(queue.take(100)).toEqual(events)
  })

  it('closes a merged list before it grows too long', () => {
    const queue = createEventQueue()
    for (let n = 1; n <= MAX_MERGED_ITEMS + 1; n += 1) queue.push(posted(n))
    expect(queue.take(10_000).map((event) => timelineItems(event).length)).toEqual([
      MAX_MERGED_ITEMS,
      1,
    ])
  })

  it('leaves a window with the same picture as if nothing had been merged (200 seeds)', () => {
    for (let seed = 1; seed <= 200; seed += 1) {
      const random = seededRandom(seed)
      const queue = createEventQueue()
      const plain = emptyPicture()
      const merged = emptyPicture()
      for (let step = 0; step < 120; step += 1) {
        const event = randomEvent(random, step)
        draw(plain, event)
        queue.push(event)
        if (random.chance(0.1)) for (const one of queue.take(random.int(1, 9))) draw(merged, one)
      }
      while (!queue.isEmpty) for (const one of queue.take(5)) draw(merged, one)
      expect(merged, `seed ${seed}`).toEqual(plain)
    }
  })
})

function timelineItems(event: AppEvent): readonly MessageView[] {
  if (event.type !== 'session-event' || event.event.type !== 'timeline') return []
  return event.event.items.filter((item) => item.type === 'message')
}

interface Picture {
  readonly rooms: Map<string, string>
  readonly people: Map<string, string>
  readonly items: Map<string, Map<string, string>>
}
const emptyPicture = (): Picture => ({ rooms: new Map(), people: new Map(), items: new Map() })

/** A small window: what is on screen after each event. */
function draw(picture: Picture, event: AppEvent): void {
  if (event.type !== 'session-event') return
  const inner = event.event
  switch (inner.type) {
    case 'rooms':
      for (const one of inner.rooms) picture.rooms.set(one.id, one.name)
      break
    case 'people':
      for (const one of inner.people) picture.people.set(one.id, one.name)
      break
    case 'room-removed':
      picture.rooms.delete(inner.roomId)
      picture.items.delete(inner.roomId)
      break
    case 'timeline-reset':
      picture.items.delete(inner.roomId)
      break
    case 'timeline': {
      const items = picture.items.get(inner.roomId) ?? new Map<string, string>()
      for (const id of inner.removed) items.delete(id)
      for (const item of inner.items) {
        if (item.type === 'message') items.set(item.id, item.text)
      }
      if (items.size > 0) picture.items.set(inner.roomId, items)
      else picture.items.delete(inner.roomId)
      break
    }
    case 'session':
    case 'typing':
    case 'reads':
      break
  }
}

function randomEvent(random: ReturnType<typeof seededRandom>, step: number): AppEvent {
  const inRoom = random.int(1, 2)
  const n = random.int(1, 4)
  const name = `step ${step}`
  switch (random.int(1, 8)) {
    case 1:
      return of({ type: 'rooms', rooms: [{ id: room(inRoom), name } as RoomView] })
    case 2:
      return of({
        type: 'people',
        people: [{ id: memberIdSchema.parse(uuid(20 + n)), name } as PersonView],
      })
    case 3:
      return of({ type: 'room-removed', roomId: room(inRoom) })
    case 4:
      return of({ type: 'timeline-reset', roomId: room(inRoom) })
    case 5:
      return removedItem(n, inRoom)
    default:
      return posted(n, inRoom, name)
  }
}

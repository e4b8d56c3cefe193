import { beforeEach, describe, expect, it } from 'vitest'
import type { DeviceId, MemberId, MessageId, RoomId, SessionId } from '../../protocol/ids.ts'
import type { RoomEvent } from '../../protocol/records.ts'
import { type ManualClock, manualClock } from '../../testing/manual-clock.ts'
import { memoryIntegrations } from '../../testing/memory-integrations.ts'
import { memoryStore } from '../../testing/memory-store.ts'
import { seededRandom } from '../../testing/seeded-random.ts'
import { inProcessFanOut } from '../fan-out/in-process.ts'
import type {
  IntegrationHands,
  IntegrationStore,
  StoredIntegration,
} from '../hub/integrations-port.ts'
import { type Book, openBook } from './book.ts'
import type { Delivery } from './deliveries.ts'
import { createOutgoingHook } from './outgoing-hook.ts'

const HOUR = 3_600_000
const silent = { info() {}, warn() {} }

describe('an outgoing webhook, by a manual clock', () => {
  const random = seededRandom(5)
  const newId = <Id extends string>(): Id => random.uuid() as Id
  const [room, id, mara] = [newId<RoomId>(), newId<MemberId>(), newId<MemberId>()]
  let clock: ManualClock
  let events: RoomEvent[]
  let sent: Delivery[]
  let isTaken: boolean
  let notes: string[]
  let book: Book
  let integrations: IntegrationStore
  let hook: ReturnType<typeof createOutgoingHook>

  const add = (more: object): void => {
    const base = { seq: events.length + 1, at: 0, actor: mara, id: newId<MessageId>() }
    events.push({ ...base, ...more } as RoomEvent)
  }
  const post = (text: string): void => add({ type: 'message.posted', text })
  const texts = (): unknown[] =>
    sent.map(({ event }) => (event.type === 'message.posted' ? event.text : event.type))

  beforeEach(async () => {
    clock = manualClock()
    ;[events, sent, notes, isTaken] = [[], [], [], true]
    integrations = memoryIntegrations()
    const made: StoredIntegration = {
      ...{ id, device: newId<DeviceId>(), name: 'Archive', createdAt: 0, createdBy: mara },
      what: {
        kind: 'outgoing',
        url: 'https://a.example/',
        events: ['message.posted'],
        commands: [],
      },
      ...{ tokenHash: null, signingKey: 'a key', disabledAt: null, failingSince: null },
    }
    await integrations.save(made)
    await integrations.setPosition(id, room, 0)
    const store = {
      ...memoryStore(() => random.uuid()),
      integrations,
      eventsAfter: async (_: RoomId, after: number, limit: number) => ({
        ...{ kind: 'events' as const, events: events.slice(after, after + limit) },
      }),
    }
    store.registry = {
      ...store.registry,
      note: async ({ detail }: { readonly detail: string }) => void notes.push(detail),
    }
    book = await openBook({
      ...{ store: integrations, fanOut: inProcessFanOut(), clock, log: silent },
      changed: () => {},
    })
    const hands = {
      isMember: () => true,
      nameOf: () => 'Mara Holm',
      roomsOf: () => [{ id: room, kind: 'group', name: 'general', head: events.length }],
    } as unknown as IntegrationHands
    hook = createOutgoingHook(id, {
      ...{ store, hands, book, clock, log: silent, node: 'here', session: newId<SessionId>() },
      sender: {
        async send(_, __, body) {
          sent.push(JSON.parse(body) as Delivery)
          return isTaken ? { kind: 'taken' } : { kind: 'failed', why: 'answered 503' }
        },
        refuse: () => undefined,
        close() {},
      },
    })
    await clock.advance(0)
  })

  it('waits longer after each failure, up to five minutes, and tells the same again', async () => {
    isTaken = false
    post('one')
    hook.poke()
    await clock.settle()
    expect(sent).toHaveLength(1)
    for (const [wait, count] of [
      [999, 1],
      [1, 2],
      [1_999, 2],
      [1, 3],
      [4_000, 4],
    ] as const) {
      await clock.advance(wait)
      expect(sent).toHaveLength(count)
    }
    // Nothing hurries it: not even what is new.
    post('two')
    hook.poke()
    await clock.advance(HOUR)
    const before = sent.length
    await clock.advance(299_999)
    expect(sent.length - before).toBeLessThanOrEqual(1)
    isTaken = true
    await clock.advance(300_000)
    expect(texts().slice(-2)).toEqual(['one', 'two'])
    expect(book.get(id)?.failingSince).toBeNull()
  })

  it('is disabled after a day of nothing but failures, which is written down, and goes on when asked', async () => {
    isTaken = false
    post('one')
    hook.poke()
    await clock.advance(23 * HOUR)
    expect(book.get(id)?.disabledAt).toBeNull()
    await clock.advance(2 * HOUR)
    const disabled = book.get(id)
    expect(disabled?.disabledAt).not.toBeNull()
    expect(notes).toEqual(['outgoing webhook disabled: nothing was taken for a day'])
    const before = sent.length
    isTaken = true
    await clock.advance(HOUR)
    expect(sent).toHaveLength(before)
    if (disabled === undefined) throw new Error('it is gone')
    await book.save({ ...disabled, disabledAt: null, failingSince: null })
    hook.poke()
    await clock.settle()
    expect(texts().at(-1)).toBe('one')
  })

  it('is told nothing of what happened while it was not in the room, and never of itself', async () => {
    post('before')
    add({ type: 'member.left', member: id })
    post('between')
    add({ type: 'member.joined', member: id })
    add({ type: 'message.posted', text: 'its own', actor: id })
    post('after')
    hook.poke()
    await clock.settle()
    expect(texts()).toEqual(['before', 'after'])
  })

  it('tells nothing while another node holds the lease, and goes on when its time is over', async () => {
    // As after the crash of the one that told until now.
    await integrations.lease(id, 'here', 0, 0)
    await integrations.lease(id, 'elsewhere', clock.now(), clock.now() + 60_000)
    post('one')
    hook.poke()
    await clock.advance(59_000)
    expect(sent).toEqual([])
    await clock.advance(11_000)
    expect(texts()).toEqual(['one'])
  })

  it('tells nothing once it is stopped', async () => {
    post('one')
    await hook.stop()
    hook.poke()
    await clock.advance(HOUR)
    expect(sent).toEqual([])
  })
})

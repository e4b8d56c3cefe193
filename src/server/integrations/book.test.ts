import { expect, it } from 'vitest'
import type { DeviceId, MemberId } from '../../protocol/ids.ts'
import { manualClock } from '../../testing/manual-clock.ts'
import { memoryIntegrations } from '../../testing/memory-integrations.ts'
import { seededRandom } from '../../testing/seeded-random.ts'
import { inProcessFanOut } from '../fan-out/in-process.ts'
import type { StoredIntegration } from '../hub/integrations-port.ts'
import { openBook } from './book.ts'

const random = seededRandom(1)

function bot(name: string): StoredIntegration {
  const id = random.uuid() as MemberId
  return {
    ...{ id, device: random.uuid() as DeviceId, name, createdAt: 0, createdBy: id },
    what: { kind: 'bot', role: 'guest', scopes: ['read'], commands: [] },
    ...{ tokenHash: null, signingKey: null, disabledAt: null, failingSince: null },
  }
}

/** A book whose store can be away, and what another node does behind its back. */
async function openedBook(everyMs?: number) {
  const [store, fanOut, clock] = [memoryIntegrations(), inProcessFanOut(), manualClock()]
  const state = { isAway: false, reads: 0, changes: 0 }
  const book = await openBook({
    ...{ fanOut, clock, log: { info() {}, warn() {} } },
    store: {
      ...store,
      async all() {
        state.reads++
        if (state.isAway) throw new Error('the store is away')
        return store.all()
      },
    },
    changed: () => state.changes++,
    everyMs,
  })
  return { store, fanOut, clock, state, book }
}

it('knows of programs that other nodes made while they could not be heard', async () => {
  const { store, fanOut, clock, state, book } = await openedBook()
  const dice = bot('Dice')
  await store.save(dice)
  fanOut.publish({ kind: 'restored' })
  await clock.settle()
  expect(book.get(dice.id)?.name).toBe('Dice')
  expect(state.changes).toBe(1)
  book.close()
})

it('reads again until the store answers, ever less often, and sooner when something changes', async () => {
  const { store, fanOut, clock, state, book } = await openedBook()
  const dice = bot('Dice')
  await store.save(dice)
  state.isAway = true
  fanOut.publish({ kind: 'restored' })
  await clock.settle()
  expect(state.reads).toBe(2)
  await clock.advance(249)
  expect(state.reads).toBe(2)
  await clock.advance(1)
  expect(state.reads).toBe(3)
  // 500 ms, 1 s, 2 s … 30 s, and no longer.
  await clock.advance(10 * 60_000)
  expect(state.reads).toBeGreaterThan(20)
  expect(state.reads).toBeLessThan(35)
  const before = state.reads
  fanOut.publish({ kind: 'admin' })
  await clock.settle()
  expect(state.reads).toBe(before + 1)
  state.isAway = false
  await clock.advance(30_000)
  expect(book.get(dice.id)?.name).toBe('Dice')
  expect(state.changes).toBe(1)
  expect(clock.pendingTimers()).toBe(0)
  // The next outage begins with short waits again.
  state.isAway = true
  fanOut.publish({ kind: 'admin' })
  await clock.settle()
  const then = state.reads
  await clock.advance(250)
  expect(state.reads).toBe(then + 1)
  book.close()
})

it('stops trying when it is closed, also in the middle of a try', async () => {
  const { fanOut, clock, state, book } = await openedBook()
  state.isAway = true
  fanOut.publish({ kind: 'admin' })
  await clock.settle()
  book.close()
  expect(clock.pendingTimers()).toBe(0)
  const other = await openedBook()
  other.state.isAway = true
  other.fanOut.publish({ kind: 'admin' })
  other.book.close()
  await other.clock.settle()
  expect(other.clock.pendingTimers()).toBe(0)
})

it('finds within a bounded time what the command line wrote without a word to anybody', async () => {
  const { store, fanOut, clock, state, book } = await openedBook(5_000)
  const dice = bot('Dice')
  await store.save(dice)
  await clock.advance(5_000)
  expect(book.get(dice.id)?.name).toBe('Dice')
  expect(state.changes).toBe(1)
  // Nothing that was said is left to a later time, and the clock begins again.
  fanOut.publish({ kind: 'admin' })
  await clock.settle()
  expect(state).toMatchObject({ reads: 3, changes: 2 })
  await clock.advance(4_999)
  expect(state.reads).toBe(3)
  // An outage makes it no slower than that.
  state.isAway = true
  await clock.advance(60_000)
  const lark = bot('Lark')
  await store.save(lark)
  state.isAway = false
  await clock.advance(5_000)
  expect(book.get(lark.id)?.name).toBe('Lark')
  expect(clock.pendingTimers()).toBe(1)
  book.close()
  expect(clock.pendingTimers()).toBe(0)
})

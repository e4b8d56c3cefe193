/** Several hubs on one memory store under one manual clock; the test decides what they hear of each other. */
import type { RoomId } from '../protocol/ids.ts'
import type { Health } from '../server/hub/health.ts'
import type { HubOptions } from '../server/hub/options.ts'
import type { FanOut, Signal, Store } from '../server/hub/ports.ts'
import { type HubKit, hubKit } from './hub-kit.ts'
import { type ManualClock, manualClock } from './manual-clock.ts'
import { memoryCodes } from './memory-codes.ts'
import { memoryStore } from './memory-store.ts'
import { seededRandom } from './seeded-random.ts'

export interface MemoryCluster {
  readonly clock: ManualClock
  readonly store: Store & { failing: boolean }
  /** What becomes of signals to other nodes: they arrive, are lost without a word, or the line is known to be down. */
  line: 'open' | 'lossy' | 'down'
  /** Signals that were kept from arriving, for a test that lets them arrive late. */
  readonly lost: { readonly to: HubKit; readonly signal: Signal; arrive(): void }[]
  /** `behindMs`: its clock is wrong by so much. */
  node(options?: Partial<HubOptions>, behindMs?: number): Promise<HubKit>
  /** The line is open again, and the nodes know. */
  restore(): Promise<void>
}

interface Member {
  kit: HubKit | undefined
  readonly served: Set<RoomId>
  readonly listeners: Set<(signal: Signal) => void>
}

export function memoryCluster(): MemoryCluster {
  const clock = manualClock()
  const random = seededRandom(99)
  const inner = memoryStore(() => random.uuid())
  const members: Member[] = []

  function shared<Value>(read: () => Promise<Value>): Promise<Value> {
    return cluster.store.failing ? Promise.reject(new Error('the store is away')) : read()
  }
  const store: MemoryCluster['store'] = {
    ...inner,
    failing: false,
    codes: memoryCodes(() => clock.monotonic(), inner.registry),
    commit: (writes) => shared(() => inner.commit(writes)),
    shared: {
      mark: () => shared(() => Promise.resolve('0')),
      // More than was asked for is allowed.
      changedSince: () =>
        shared(async () => ({
          mark: '0',
          rooms: (await inner.rooms()).map(({ id, epoch, head }) => ({
            ...{ id, epoch, head },
            reshaped: true,
          })),
          members: await inner.members(),
        })),
      states: (ids) =>
        shared(async () => (await inner.rooms()).filter(({ id }) => ids.includes(id))),
    },
  }

  function hear(member: Member, signal: Signal): void {
    for (const listener of member.listeners) listener(signal)
  }

  function send(from: Member, signal: Signal, isForAll: boolean): void {
    for (const to of members) {
      if (to === from || to.kit === undefined) continue
      const wanted = isForAll || !('room' in signal) || to.served.has(signal.room as RoomId)
      if (!wanted) continue
      if (cluster.line === 'open') hear(to, signal)
      else cluster.lost.push({ to: to.kit, signal, arrive: () => hear(to, signal) })
    }
  }

  const cluster: MemoryCluster = {
    clock,
    store,
    line: 'open',
    lost: [],
    async node(options = {}, behindMs = 0) {
      const member: Member = { kit: undefined, served: new Set(), listeners: new Set() }
      members.push(member)
      const fanOut: FanOut = {
        publish(signal) {
          hear(member, signal)
          if (signal.kind === 'settings') return send(member, { kind: 'registry-changed' }, true)
          const isOfRoom = ['events', 'typing', 'relay', 'reads'].includes(signal.kind)
          send(member, signal, !isOfRoom)
          const isShape =
            signal.kind === 'events' &&
            signal.events.some(({ type }) => /^(room|member)\./.test(type))
          if (!isShape) return
          const head = signal.events.at(-1)?.seq ?? 0
          send(member, { kind: 'changed', room: signal.room, head }, true)
        },
        subscribe(listener) {
          member.listeners.add(listener)
          return () => void member.listeners.delete(listener)
        },
        serve(rooms) {
          for (const room of rooms) member.served.add(room)
          return Promise.resolve()
        },
        release(rooms) {
          for (const room of rooms) member.served.delete(room)
        },
        health: (): Health =>
          cluster.line === 'down' ? { ok: false, reason: 'the line is down' } : { ok: true },
      }
      const own = { ...clock, now: () => clock.now() - behindMs }
      member.kit = await hubKit(options, members.length, undefined, { clock: own, store, fanOut })
      return member.kit
    },
    async restore() {
      cluster.line = 'open'
      cluster.lost.length = 0
      for (const member of members) hear(member, { kind: 'restored' })
      await clock.settle()
    },
  }
  return cluster
}

import { describe, expect, it } from 'vitest'
import type { MemberId } from '../../protocol/ids.ts'
import { type ManualClock, manualClock } from '../../testing/manual-clock.ts'
import { type ClusterPresence, createClusterPresence } from './cluster-presence.ts'
import type { Health } from './health.ts'
import { createPeople, type People } from './people.ts'
import type { FanOut, Signal } from './ports.ts'

const MARA = '0192d3a4-0000-7000-8000-00000000000a' as MemberId
const GRACE_MS = 5_000

/** What nodes say reaches all others at once, unless the line is cut. */
class Net {
  readonly clock: ManualClock = manualClock()
  readonly nodes: Node[] = []
  lastSeen: { readonly node: string; readonly at: number }[] = []

  node(name: string): Node {
    const node = new Node(this, name)
    this.nodes.push(node)
    node.presence.start()
    return node
  }
}

class Node {
  readonly presence: ClusterPresence
  readonly people: People
  /** Neither heard nor hearing, and knows it. */
  isCut = false
  /** Says nothing any more, as after `kill -9`. */
  isDead = false

  constructor(net: Net, name: string) {
    const { clock } = net
    const fanOut: FanOut = {
      publish: (signal: Signal) => {
        if (this.isCut || this.isDead) return
        for (const other of net.nodes) {
          if (other === this || other.isCut || other.isDead) continue
          if (signal.kind === 'presence' || signal.kind === 'node-gone') other.presence.hear(signal)
        }
      },
      subscribe: () => () => {},
      health: (): Health => (this.isCut ? { ok: false, reason: 'cut' } : { ok: true }),
    }
    const store = {
      setLastSeen: (sightings: readonly { readonly at: number }[]) => {
        for (const { at } of sightings) net.lastSeen.push({ node: name, at })
        return Promise.resolve()
      },
    }
    this.people = createPeople([], {
      ...{ clock, store, graceMs: GRACE_MS, announce: () => {}, shareRoom: () => true },
      changed: () => {},
      movedHere: (person) => this.presence.moved(person),
    })
    const { people } = this
    this.presence = createClusterPresence({
      ...{ node: name, people, store, fanOut, clock, graceMs: GRACE_MS },
    })
  }

  /** As other people at this node are shown somebody. */
  shows(): string | undefined {
    const members = this.people.frames(MARA).flatMap((frame) => frame.members)
    return members.find(({ id }) => id === MARA)?.presence
  }
  says(presence: 'online' | 'away' | 'offline', lastSeen = 0): void {
    this.people.learn({ id: MARA, name: 'Mara', lastSeen })
    this.presence.moved({ id: MARA, name: 'Mara', presence, lastSeen })
  }
}

describe('presence over several nodes', () => {
  it('[D17] is the livelier of what the nodes say', async () => {
    const net = new Net()
    const [a, b, c] = [net.node('a'), net.node('b'), net.node('c')]
    a.says('away')
    await net.clock.advance(100)
    expect([b.shows(), c.shows()]).toEqual(['away', 'away'])
    b.says('online')
    await net.clock.advance(100)
    expect(c.shows()).toBe('online')
    b.says('offline')
    await net.clock.advance(100)
    expect(c.shows()).toBe('away')
  })

  it('[D17] is right after a node died: its people are offline, those who moved are not', async () => {
    const net = new Net()
    const [a, b, c] = [net.node('a'), net.node('b'), net.node('c')]
    b.says('online')
    await net.clock.advance(100)
    b.isDead = true
    await net.clock.advance(10_000)
    expect([a.shows(), c.shows()]).toEqual(['online', 'online'])
    await net.clock.advance(15_000)
    expect([a.shows(), c.shows()]).toEqual(['offline', 'offline'])
    // One of those who are left writes down when they were last seen.
    expect(net.lastSeen.map(({ node }) => node)).toEqual(['a'])
  })

  it('[D17] waits for the grace when a node says goodbye, so that a rolling restart shows nobody away', async () => {
    const net = new Net()
    const [a, b, c] = [net.node('a'), net.node('b'), net.node('c')]
    b.says('online')
    await net.clock.advance(100)
    b.presence.stop()
    b.isDead = true
    await net.clock.advance(GRACE_MS - 1_000)
    expect(a.shows()).toBe('online')
    c.says('online')
    await net.clock.advance(GRACE_MS)
    expect(a.shows()).toBe('online')
    c.presence.stop()
    c.isDead = true
    await net.clock.advance(GRACE_MS + 100)
    expect(a.shows()).toBe('offline')
  })

  it('takes nobody for gone while it hears nobody, and hears everything again after', async () => {
    const net = new Net()
    const [a, b] = [net.node('a'), net.node('b')]
    b.says('online')
    await net.clock.advance(100)
    for (const node of net.nodes) node.isCut = true
    await net.clock.advance(60_000)
    expect(a.shows()).toBe('online')
    b.says('away')
    await net.clock.advance(1_000)
    for (const node of net.nodes) node.isCut = false
    for (const node of net.nodes) node.presence.restored()
    await net.clock.advance(60_000)
    // What was said into the cut line is said again with everyone who is there; here nobody is connected to b.
    expect(a.shows()).toBe('offline')
  })

  it('does not take a name from a node that has not heard of the new one', async () => {
    const net = new Net()
    const [a, b] = [net.node('a'), net.node('b')]
    b.says('online')
    await net.clock.advance(100)
    a.people.learn({ id: MARA, name: 'Mara H.', lastSeen: 0 })
    b.says('away')
    await net.clock.advance(100)
    expect([a.shows(), a.people.nameOf(MARA)]).toEqual(['away', 'Mara H.'])
  })

  it('tells a new node of everybody at once', async () => {
    const net = new Net()
    const a = net.node('a')
    let told = 0
    a.people.here = () => {
      told++
      return [{ id: MARA, name: 'Mara', presence: 'online', lastSeen: 0 }]
    }
    const b = net.node('b')
    await net.clock.advance(10)
    expect(b.shows()).toBe('online')
    expect(told).toBeGreaterThan(0)
  })
})

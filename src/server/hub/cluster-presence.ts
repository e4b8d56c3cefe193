import type { MemberId } from '../../protocol/ids.ts'
import type { Presence } from '../../protocol/records.ts'
import type { ClusterSignal, PresentPerson } from './cluster-ports.ts'
import { livelier, type People } from './people.ts'
import type { Clock, FanOut, Store } from './ports.ts'

/** Changes that come this close together travel in one signal. */
const GATHER_MS = 30
const BEAT_EVERY_MS = 5_000
/** A node that was not heard for this long is gone, and its people with it. */
const GONE_AFTER_MS = 16_000
/** Everyone who is at this node, told again in case something was lost: every so many beats. */
const WHOLE_EVERY_BEATS = 6

/** Who is at which node (D17): each tells the others of its people, and gives signs of life. Nothing is stored. */
export interface ClusterPresence {
  /** Somebody came to this node, left it, or changed. */
  moved(person: PresentPerson): void
  hear(signal: Extract<ClusterSignal, { kind: 'presence' | 'node-gone' }>): void
  /** At how many nodes somebody is who is at this one. */
  nodesOf(member: MemberId): number
  /** Others can be heard again. */
  restored(): void
  start(): void
  /** Tells the others at once that this node ends. */
  stop(): void
}

interface OtherNode {
  /** Monotonic. */
  heardAt: number
  readonly people: Map<MemberId, { readonly presence: Presence; readonly lastSeen: number }>
}

export function createClusterPresence(ports: {
  readonly node: string
  readonly people: Pick<People, 'learn' | 'elsewhere' | 'here' | 'nameOf'>
  readonly store: Pick<Store, 'setLastSeen'>
  readonly fanOut: FanOut
  readonly clock: Clock
  /** As for people of this node: who comes back to another node in time was never away. */
  readonly graceMs: number
}): ClusterPresence {
  const { node: self, people, store, fanOut, clock, graceMs } = ports
  const leaving = new Map<string, () => void>()
  const nodes = new Map<string, OtherNode>()
  const gathered = new Map<MemberId, PresentPerson>()
  let cancelGather: (() => void) | undefined
  let cancelBeat = (): void => {}
  let beats = 0

  function tell(whole: boolean, persons: readonly PresentPerson[]): void {
    fanOut.publish({ kind: 'presence', node: self, whole, people: persons })
  }

  function flush(): void {
    cancelGather = undefined
    const persons = [...gathered.values()]
    gathered.clear()
    tell(false, persons)
  }

  function tellAll(): void {
    cancelGather?.()
    cancelGather = undefined
    gathered.clear()
    tell(true, people.here())
  }

  /** The livelier of what all other nodes say. */
  function settle(id: MemberId, lastSeen: number): void {
    let presence: Presence = 'offline'
    for (const { people: there } of nodes.values()) {
      presence = livelier(presence, there.get(id)?.presence ?? 'offline')
    }
    people.elsewhere(id, presence, lastSeen)
  }

  function take(node: OtherNode, person: PresentPerson): void {
    const { id, presence, lastSeen } = person
    // Of those it knows this node was told the name when it changed; here it may come late.
    if (people.nameOf(id) === '') people.learn(person)
    if (presence === 'offline') node.people.delete(id)
    else node.people.set(id, { presence, lastSeen })
    settle(id, lastSeen)
  }

  function forget(name: string, seenAt: number): MemberId[] {
    const node = nodes.get(name)
    if (node === undefined) return []
    nodes.delete(name)
    const gone = [...node.people.keys()]
    for (const id of gone) settle(id, seenAt)
    return gone
  }

  /** Nobody else tells when they were last seen; of the nodes that are left, one does. */
  function outlive(name: string, seenAt: number): void {
    const gone = forget(name, seenAt)
    const isFirst = [...nodes.keys()].every((other) => self < other)
    if (!isFirst || gone.length === 0) return
    store.setLastSeen(gone.map((member) => ({ member, at: seenAt }))).catch(() => {})
  }

  function beat(): void {
    cancelBeat = clock.after(BEAT_EVERY_MS, beat)
    if (beats++ % WHOLE_EVERY_BEATS === 0) tellAll()
    else tell(false, [])
    const now = clock.monotonic()
    // Who hears nobody cannot say who is gone.
    const isDeaf = fanOut.health?.().ok === false
    for (const [name, node] of nodes) {
      if (isDeaf) node.heardAt = now
      else if (now - node.heardAt >= GONE_AFTER_MS) {
        outlive(name, clock.now() - Math.round(now - node.heardAt))
      }
    }
  }

  return {
    moved(person) {
      gathered.set(person.id, person)
      cancelGather ??= clock.after(GATHER_MS, flush)
    },
    hear(signal) {
      if (signal.node === self) return
      const { node: name } = signal
      if (signal.kind === 'node-gone') {
        if (!nodes.has(name) || leaving.has(name)) return
        const forgetLater = (): void => void (leaving.delete(name), forget(name, clock.now()))
        return void leaving.set(name, clock.after(graceMs, forgetLater))
      }
      let node = nodes.get(name)
      if (node === undefined) {
        node = { heardAt: 0, people: new Map() }
        nodes.set(name, node)
        // It knows nothing of this one either.
        tellAll()
      }
      node.heardAt = clock.monotonic()
      if (signal.whole) {
        const listed = new Set(signal.people.map(({ id }) => id))
        for (const id of node.people.keys()) {
          if (listed.has(id)) continue
          node.people.delete(id)
          settle(id, clock.now())
        }
      }
      for (const person of signal.people) take(node, person)
    },
    nodesOf(member) {
      let count = 1
      for (const { people: there } of nodes.values()) if (there.has(member)) count++
      return count
    },
    restored() {
      const now = clock.monotonic()
      for (const node of nodes.values()) node.heardAt = now
      tellAll()
    },
    start: () => beat(),
    stop() {
      cancelBeat()
      cancelGather?.()
      for (const cancel of leaving.values()) cancel()
      fanOut.publish({ kind: 'node-gone', node: self })
    },
  }
}

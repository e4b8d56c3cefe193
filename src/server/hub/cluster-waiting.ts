import type { WaitingPerson } from '../../protocol/admin.ts'
import type { MemberId } from '../../protocol/ids.ts'
import type { ClusterSignal } from './cluster-ports.ts'
import type { Clock, FanOut, Refusal } from './ports.ts'
import type { Waiting } from './waiting-room.ts'

/** Changes that come this close together travel in one signal. */
const GATHER_MS = 30
const BEAT_EVERY_MS = 5_000
/** What a node that is silent for this long has told is not so any more. */
const GONE_AFTER_MS = 16_000
/** The other node says at once that somebody does not wait any more. */
const DECIDED_WITHIN_MS = 3_000

export interface WaitingElsewhere {
  readonly node: string
  readonly person: WaitingPerson
  /** Of the device that waits; null when a door speaks for it. */
  readonly key: string | null
}

/**
 * Who waits to be let in at which node (I7): each tells the others of its people, whole, and a decision goes to the
 * node that has the person. What is lost on its way leaves them waiting, to be decided on again.
 */
export interface ClusterWaiting {
  elsewhere(): readonly WaitingElsewhere[]
  /** Who waits at this node is different now. */
  changed(): void
  hear(signal: Extract<ClusterSignal, { kind: 'waiting' | 'decision' | 'node-gone' }>): void
  /** Others can be heard again. */
  restored(): void
  /** Of somebody who waits at that node. Undefined once they do not wait there any more. */
  decide(
    node: string,
    member: MemberId,
    accept: boolean,
    by: MemberId,
  ): Promise<Refusal | undefined>
  start(): void
  stop(): void
}

interface OtherNode {
  /** Monotonic. */
  heardAt: number
  told: string
  waiting: readonly WaitingElsewhere[]
}

interface Asked {
  readonly node: string
  readonly member: MemberId
  answer(refusal: Refusal | undefined): void
}

export function createClusterWaiting(ports: {
  readonly node: string
  readonly here: () => readonly Waiting[]
  /** Who waits elsewhere is different now. */
  readonly heard: () => void
  /** Another node asks for it, of somebody who waits here. */
  readonly decideHere: (member: MemberId, accept: boolean, by: MemberId) => void
  readonly fanOut: FanOut
  readonly clock: Clock
}): ClusterWaiting {
  const { node: self, here, heard, decideHere, fanOut, clock } = ports
  const nodes = new Map<string, OtherNode>()
  const asked = new Set<Asked>()
  let cancelGather: (() => void) | undefined
  let cancelBeat = (): void => {}

  const isDeaf = (): boolean => fanOut.health?.().ok === false

  function tell(): void {
    cancelGather?.()
    cancelGather = undefined
    const people = here().map(({ person, newcomer }) => ({ ...person, key: newcomer.device.key }))
    fanOut.publish({ kind: 'waiting', node: self, people })
  }

  function beat(): void {
    cancelBeat = clock.after(BEAT_EVERY_MS, beat)
    // That nobody waits is said when the last one goes; if that is lost, the silence says it.
    if (here().length > 0) tell()
    const now = clock.monotonic()
    for (const [name, node] of nodes) {
      if (isDeaf()) node.heardAt = now
      else if (now - node.heardAt >= GONE_AFTER_MS) forget(name)
    }
  }

  function forget(name: string): void {
    if (nodes.delete(name)) heard()
  }

  function take({ node: name, people }: Extract<ClusterSignal, { kind: 'waiting' }>): void {
    const told = JSON.stringify(people)
    const before = nodes.get(name)
    const waiting = people.map(({ key, ...person }) => ({ node: name, person, key }))
    nodes.set(name, { heardAt: clock.monotonic(), told, waiting })
    const listed = new Set(people.map(({ member }) => member))
    for (const one of asked) {
      if (one.node === name && !listed.has(one.member)) one.answer(undefined)
    }
    if (before?.told !== told) heard()
  }

  return {
    elsewhere: () => [...nodes.values()].flatMap(({ waiting }) => waiting),
    changed() {
      cancelGather ??= clock.after(GATHER_MS, tell)
    },
    hear(signal) {
      if (signal.kind === 'decision') {
        if (signal.node === self) decideHere(signal.member, signal.accept, signal.by)
      } else if (signal.node !== self) {
        if (signal.kind === 'waiting') take(signal)
        else forget(signal.node)
      }
    },
    restored() {
      const now = clock.monotonic()
      for (const node of nodes.values()) node.heardAt = now
      tell()
    },
    decide: (node, member, accept, by) =>
      new Promise((resolve) => {
        if (isDeaf()) return resolve(unreachable)
        const cancel = clock.after(DECIDED_WITHIN_MS, () => one.answer(unreachable))
        const one: Asked = {
          node,
          member,
          answer(refusal) {
            cancel()
            asked.delete(one)
            resolve(refusal)
          },
        }
        asked.add(one)
        fanOut.publish({ kind: 'decision', node, member, accept, by })
      }),
    start: () => beat(),
    stop() {
      cancelBeat()
      cancelGather?.()
      for (const one of asked) one.answer(unreachable)
    },
  }
}

const unreachable: Refusal = {
  kind: 'refused',
  code: 'unavailable',
  message: 'The node they wait at does not answer. Try again.',
}

import { type ClusterPresence, createClusterPresence } from './cluster-presence.ts'
import { type ClusterWaiting, createClusterWaiting } from './cluster-waiting.ts'
import { type Cluster, type ClusterPorts, createCluster } from './cluster.ts'
import { createDelivery } from './delivery.ts'
import type { MemberId } from '../../protocol/ids.ts'
import type { Signal, Store } from './ports.ts'
import type { WaitingRoom } from './waiting-room.ts'

/** What a hub has besides when it is one of several. */
export interface Joint {
  readonly cluster: Cluster
  readonly presence: ClusterPresence
  readonly waiting: ClusterWaiting
  /** Begins to listen; returns how to stop listening. */
  start(): () => void
  /** Says goodbye to the other nodes. */
  stop(): void
}

export function joinCluster(
  ports: Omit<ClusterPorts, 'commit' | 'settings' | 'deliver'> & {
    readonly store: Pick<Store, 'commit' | 'setLastSeen' | 'registry'>
    /** Names this node among the others; new with every start. */
    readonly node: string
    readonly graceMs: number
    /** Takes in members and settings that other nodes changed. */
    readonly hearRegistry: (signal: Signal) => void
    readonly waitingRoom: Pick<WaitingRoom, 'here' | 'heard'>
    /** Another node asks for it, of somebody who waits here. */
    readonly decideHere: (member: MemberId, accept: boolean, by: MemberId) => void
  },
): Joint {
  const { rooms, people, reads, recovery, frames, fanOut, clock, store, node, graceMs } = ports
  const { waitingRoom, decideHere } = ports
  const presence = createClusterPresence({ node, people, store, fanOut, clock, graceMs })
  const waiting = createClusterWaiting({
    ...{ node, fanOut, clock, decideHere },
    here: waitingRoom.here,
    heard: waitingRoom.heard,
  })
  const cluster = createCluster({
    ...ports,
    commit: (writes) => store.commit(writes),
    settings: () => store.registry.settings(),
    deliver(signal) {
      ports.hearRegistry(signal)
      deliver(signal)
    },
  })
  const deliver: (signal: Signal) => void = createDelivery({
    ...{ rooms, people, reads, recovery, frames, cluster, presence, waiting },
  })
  return {
    cluster,
    presence,
    waiting,
    start() {
      const unsubscribe = fanOut.subscribe(deliver)
      cluster.start()
      presence.start()
      waiting.start()
      return unsubscribe
    },
    stop() {
      cluster.stop()
      waiting.stop()
      presence.stop()
    },
  }
}

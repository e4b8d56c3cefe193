import { type ClusterPresence, createClusterPresence } from './cluster-presence.ts'
import { type Cluster, type ClusterPorts, createCluster } from './cluster.ts'
import { createDelivery } from './delivery.ts'
import type { Signal, Store } from './ports.ts'

/** What a hub has besides when it is one of several. */
export interface Joint {
  readonly cluster: Cluster
  readonly presence: ClusterPresence
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
  },
): Joint {
  const { rooms, people, reads, recovery, frames, fanOut, clock, store, node, graceMs } = ports
  const presence = createClusterPresence({ node, people, store, fanOut, clock, graceMs })
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
    ...{ rooms, people, reads, recovery, frames, cluster, presence },
  })
  return {
    cluster,
    presence,
    start() {
      const unsubscribe = fanOut.subscribe(deliver)
      cluster.start()
      presence.start()
      return unsubscribe
    },
    stop() {
      cluster.stop()
      presence.stop()
    },
  }
}

import { setTimeout as delay } from 'node:timers/promises'
import { createClient, createCluster } from 'redis'
import type { RedisAddress } from './connection-string.ts'

/** Sharded channels of Redis, one server or a cluster, as the fan-out uses them. */
export interface RedisLink {
  isReady(): boolean
  publish(channel: string, message: string): Promise<unknown>
  /** Asking again for a channel that is heard changes nothing. */
  subscribe(channel: string): Promise<void>
  unsubscribe(channel: string): Promise<void>
  /** Rejects when one of the connections does not answer. */
  ping(): Promise<unknown>
  /** It does not try to connect any more. */
  hasGivenUp(): boolean
  /** Drops everything at once. */
  destroy(): void
}

export interface LinkEvents {
  readonly message: (text: string) => void
  /** Connected, perhaps again: what was said meanwhile was not heard. */
  readonly ready: () => void
  readonly fault: (words: string) => void
}

const RECONNECT_FROM_MS = 50
const RECONNECT_TO_MS = 2_000
/** Commands that wait for an answer; more are refused at once, and numbers heal what others miss. */
const MAX_WAITING = 10_000
const PING_AGAIN_MS = 250

/** Connects and reconnects for ever by itself. */
export function openRedisLink(address: RedisAddress, events: LinkEvents): RedisLink {
  return address.isCluster ? clusterLink(address, events) : singleLink(address, events)
}

function singleLink(address: RedisAddress, events: LinkEvents): RedisLink {
  const [node] = address.nodes
  const options = {
    ...shared(address),
    socket: { ...socketOf(address), host: node?.host ?? '', port: node?.port ?? 0 },
    database: address.database,
    disableOfflineQueue: true,
    // None by default for each command: a connection that does not answer pings is given up with all that waits.
    commandOptions: { timeout: 0 },
  }
  const [publisher, subscriber] = [createClient(options), createClient(options)]
  const isReady = (): boolean => publisher.isReady && subscriber.isReady
  for (const client of [publisher, subscriber]) {
    client.on('error', (fault: unknown) => events.fault(String(fault)))
    client.on('ready', () => {
      if (isReady()) events.ready()
    })
    client.connect().catch((fault: unknown) => events.fault(String(fault)))
  }
  return {
    isReady,
    publish: (channel, message) => publisher.sPublish(channel, message),
    subscribe: (channel) => subscriber.sSubscribe(channel, events.message),
    unsubscribe: (channel) => subscriber.sUnsubscribe(channel, events.message),
    async ping() {
      for (;;) {
        try {
          return await Promise.all([publisher.ping(), subscriber.ping()])
        } catch (fault) {
          if (!isReady()) throw fault
          // As many commands wait as may: whether it answers is not known yet.
          await delay(PING_AGAIN_MS)
        }
      }
    },
    hasGivenUp: () => false,
    destroy() {
      for (const client of [publisher, subscriber]) if (client.isOpen) client.destroy()
    },
  }
}

/** Its client finds the node of each channel, and follows channels that move. */
function clusterLink(address: RedisAddress, events: LinkEvents): RedisLink {
  const cluster = createCluster({
    rootNodes: address.nodes.map(({ host, port }) => ({
      socket: { ...socketOf(address), host, port },
    })),
    defaults: { ...shared(address), socket: socketOf(address) },
  })
  let isOpen = false
  let isDestroyed = false
  let hasGivenUp = false
  cluster.on('error', (fault: unknown) => events.fault(String(fault)))
  cluster.on('node-error', (fault: unknown) => events.fault(String(fault)))
  cluster.on('node-ready', () => {
    if (isOpen) events.ready()
  })
  cluster.on('sharded-channel-moved', () => {
    if (isOpen) events.ready()
  })
  cluster.connect().then(
    () => {
      isOpen = true
      if (isDestroyed) cluster.destroy()
      else events.ready()
    },
    (fault: unknown) => {
      // Not one of its servers answered: later some may.
      hasGivenUp = true
      events.fault(String(fault))
    },
  )
  return {
    hasGivenUp: () => hasGivenUp,
    isReady: () => isOpen && cluster.isReady,
    publish: (channel, message) => cluster.sPublish(channel, message),
    subscribe: (channel) => cluster.sSubscribe(channel, events.message),
    unsubscribe: (channel) => cluster.sUnsubscribe(channel, events.message),
    async ping() {
      if (!isOpen) throw new Error('the cluster was not reached')
      await Promise.all(
        cluster.masters.map(async (master) => (await cluster.nodeClient(master)).ping()),
      )
    },
    destroy() {
      isDestroyed = true
      if (isOpen) cluster.destroy()
    },
  }
}

function shared(address: RedisAddress) {
  return {
    ...(address.username === undefined ? {} : { username: address.username }),
    ...(address.password === undefined ? {} : { password: address.password }),
    commandsQueueMaxLength: MAX_WAITING,
    maintNotifications: 'disabled' as const,
  }
}

function socketOf(address: RedisAddress) {
  const { connectTimeoutMs: connectTimeout } = address
  const common = { connectTimeout, keepAlive: true, reconnectStrategy }
  if (!address.tls) return common
  const { tlsName, ca } = address
  return {
    ...{ ...common, tls: true as const },
    ...(tlsName === undefined ? {} : { servername: tlsName }),
    ...(ca === undefined ? {} : { ca }),
  }
}

/** Apart from each other, so that all nodes do not come at once when Redis is back. */
function reconnectStrategy(retries: number): number {
  const delay = Math.min(RECONNECT_TO_MS, RECONNECT_FROM_MS * 1.5 ** retries)
  return Math.round(delay * (0.5 + Math.random() / 2))
}

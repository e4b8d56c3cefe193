import type { RoomId } from '../../../protocol/ids.ts'
import type { Health } from '../../hub/health.ts'
import type { Clock, FanOut, Log, Signal } from '../../hub/ports.ts'
import type { RedisAddress } from './connection-string.ts'
import { beginningOf, open, seal, type SentSignal } from './envelope.ts'
import { openRedisLink, type RedisLink } from './redis-link.ts'

export interface RedisFanOutOptions {
  readonly address: RedisAddress
  /** Keeps sessions and installations apart that share one Redis. */
  readonly keyPrefix: string
  /** This node's own name, new with every start. */
  readonly node: string
  readonly clock: Clock
  readonly log: Log
  /** A connection that is open and does not answer for this long is as good as gone. */
  readonly commandTimeoutMs?: number
  /** Channels the rooms are spread over. Every node must use the same number. */
  readonly shards?: number
}

export interface RedisFanOut extends FanOut {
  readonly serve: (rooms: readonly RoomId[]) => Promise<void>
  readonly release: (rooms: readonly RoomId[]) => void
  readonly health: () => Health
  /** Signals that were not sent because Redis was away or slow; others find what they miss by its number. */
  readonly dropped: () => number
  /** What is on its way is sent first, as long as Redis takes it at once. */
  close(): Promise<void>
}

const SHARDS = 256
const PING_EVERY_MS = 2_000
const COMMAND_TIMEOUT_MS = 5_000
const CLOSE_WITHIN_MS = 500
const SERVE_WITHIN_MS = 1_000
/** Bytes that wait for Redis to take them. */
const MAX_WAITING_BYTES = 16_777_216
/** With so much before it, what a game client says would be old when it is carried. */
const MAX_BEFORE_RELAY_BYTES = 1_048_576
/** Rooms remembered while Redis is away; of more, others learn when they next look into the store. */
const MAX_UNSAID = 2_000
/** While nodes of two versions serve, the newer ones say more than the older ones know. */
const PUZZLED_EVERY_MS = 60_000
const SAID_AGAIN_MS = 300_000
/** A longer signal is not sent: others are told where to read it. */
const MAX_SIGNAL_BYTES = 1_048_576

/**
 * Signals between nodes over Redis, which carries and does not remember. A room's signals go over the channel of
 * its shard, heard by nodes that serve a room of that shard; what every node must know goes over one more.
 * This node's own signals never wait for Redis.
 */
export function createRedisFanOut(options: RedisFanOutOptions): RedisFanOut {
  const { clock, log, node, keyPrefix, shards = SHARDS } = options
  const { commandTimeoutMs = COMMAND_TIMEOUT_MS } = options
  const listeners = new Set<(signal: Signal) => void>()
  const own = beginningOf(node)
  const everyone = `${keyPrefix}nodes`
  const served = new Map<string, Set<RoomId>>()
  /** Rooms of which signals could not be sent, with the last number. */
  const unsaid = new Map<RoomId, number>()
  /** Faults since it was last there, and when they were told. */
  const told = new Map<string, number>()
  let waitingBytes = 0
  let whenSent: (() => void) | undefined
  let dropped = 0
  let puzzledAt = -Infinity
  let wasReady = false
  let lastFault = 'it was not reached yet'
  let isClosed = false
  let cancelPing = (): void => {}
  let link = connect()

  const channelOf = (room: RoomId): string => `${keyPrefix}rooms:${hashOf(room) % shards}`

  function connect(): RedisLink {
    const made: RedisLink = openRedisLink(options.address, {
      message: hear,
      ready: () => {
        // The first link may be ready before `link` is set, and one that was given up must not speak.
        clock.afterTurn(() => {
          if (made === link && !isClosed) void restore(made)
        })
      },
      fault(words) {
        if (made !== link || isClosed) return
        lastFault = words
        wasReady = false
        complain(words)
      },
    })
    return made
  }

  /** Connecting is tried again and again, and fails for the same reason. */
  function complain(fault: string): void {
    const now = clock.monotonic()
    if (now - (told.get(fault) ?? -SAID_AGAIN_MS) < SAID_AGAIN_MS) return
    told.set(fault, now)
    log.warn({ fault }, 'Redis is away: nodes hear of each other through the store')
  }

  async function restore(ready: RedisLink): Promise<void> {
    try {
      await Promise.all([everyone, ...served.keys()].map((channel) => ready.subscribe(channel)))
    } catch (fault) {
      // It went away again; it will be ready again.
      lastFault = String(fault)
      return
    }
    if (isClosed || ready !== link) return
    if (!wasReady) log.info({}, 'Redis carries signals between nodes')
    wasReady = true
    told.clear()
    deliver({ kind: 'restored' })
    // Those who were not away with this node do not know that it has said things nobody heard.
    const rooms = [...unsaid]
    unsaid.clear()
    for (const [room, head] of rooms) send(everyone, { kind: 'changed', room, head })
  }

  function drop(signal: SentSignal): void {
    dropped++
    if (signal.kind !== 'events' && signal.kind !== 'changed') return
    const head = signal.kind === 'events' ? (signal.events.at(-1)?.seq ?? 0) : signal.head
    if (unsaid.size < MAX_UNSAID || unsaid.has(signal.room)) unsaid.set(signal.room, head)
  }

  function deliver(signal: Signal): void {
    for (const listener of listeners) listener(signal)
  }

  function hear(text: string): void {
    if (isClosed || text.startsWith(own)) return
    const signal = open(text)
    if (signal !== undefined) return deliver(signal)
    const now = clock.monotonic()
    if (now - puzzledAt < PUZZLED_EVERY_MS) return
    puzzledAt = now
    log.warn({ bytes: text.length }, 'signals from another node are not understood')
  }

  function send(channel: string, signal: SentSignal): void {
    const text = seal(node, signal)
    if (text.length > MAX_SIGNAL_BYTES && signal.kind === 'events') {
      const head = signal.events.at(-1)?.seq ?? 0
      return send(channel, { kind: 'changed', room: signal.room, head })
    }
    if (!link.isReady() || waitingBytes + text.length > MAX_WAITING_BYTES) {
      return drop(signal)
    }
    waitingBytes += text.length
    const settled = (): void => {
      waitingBytes -= text.length
      if (waitingBytes === 0) whenSent?.()
    }
    link.publish(channel, text).then(settled, () => {
      drop(signal)
      settled()
    })
  }

  function carry(signal: Signal): void {
    switch (signal.kind) {
      case 'events': {
        send(channelOf(signal.room), signal)
        const head = signal.events.at(-1)?.seq ?? 0
        if (signal.events.some(({ type }) => /^(room|member)\./.test(type))) {
          send(everyone, { kind: 'changed', room: signal.room, head })
        }
        return
      }
      case 'typing':
      case 'reads':
        return send(channelOf(signal.room), signal)
      case 'relay':
        if (!link.isReady() || waitingBytes > MAX_BEFORE_RELAY_BYTES) return
        return send(channelOf(signal.room), signal)
      case 'room':
      case 'changed':
      case 'presence':
      case 'waiting':
      case 'decision':
      case 'node-gone':
      case 'member':
      case 'device-forgotten':
      case 'admin':
      case 'registry-changed':
        return send(everyone, signal)
      case 'settings':
        return send(everyone, { kind: 'registry-changed' })
      case 'restored':
        return
    }
  }

  function pingLater(): void {
    cancelPing = clock.after(PING_EVERY_MS, () => {
      if (link.isReady()) return void watch(link)
      if (link.hasGivenUp()) {
        link.destroy()
        link = connect()
      }
      pingLater()
    })
  }

  /** An open connection to a computer that is gone says nothing, for minutes. */
  async function watch(watched: RedisLink): Promise<void> {
    const isAlive = await new Promise<boolean>((resolve) => {
      const cancel = clock.after(commandTimeoutMs, () => resolve(false))
      const answered = (): void => {
        cancel()
        resolve(true)
      }
      // A broken connection says so itself, and is made anew by the link.
      watched.ping().then(answered, answered)
    })
    if (isClosed) return
    if (!isAlive) {
      wasReady = false
      lastFault = 'it does not answer'
      log.warn({}, 'Redis does not answer: connecting anew')
      watched.destroy()
      link = connect()
    }
    pingLater()
  }
  pingLater()

  return {
    publish(signal) {
      // Begun first, since it has the longer way; members on this node go on whatever becomes of it.
      try {
        carry(signal)
      } finally {
        deliver(signal)
      }
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    async serve(rooms) {
      const asked = new Set<string>()
      for (const room of rooms) {
        const channel = channelOf(room)
        const known = served.get(channel)
        if (known === undefined) served.set(channel, new Set([room]))
        else known.add(room)
        asked.add(channel)
      }
      // Those that are heard already answer at once; when Redis is away, `restore` asks for all of them.
      if (!link.isReady()) return
      const heard = Promise.all(
        [...asked].map((channel) => link.subscribe(channel).catch(() => {})),
      )
      await new Promise<void>((resolve) => {
        let isLate = false
        // A Redis that hangs must not keep anybody from coming in; what is missed until it answers is looked for.
        const cancel = clock.after(Math.min(SERVE_WITHIN_MS, commandTimeoutMs), () => {
          isLate = true
          resolve()
        })
        void heard.then(() => {
          cancel()
          if (!isLate) resolve()
          else if (!isClosed && link.isReady()) deliver({ kind: 'restored' })
        })
      })
    },
    release(rooms) {
      for (const room of rooms) {
        const channel = channelOf(room)
        const known = served.get(channel)
        known?.delete(room)
        if (known?.size !== 0) continue
        served.delete(channel)
        if (link.isReady()) link.unsubscribe(channel).catch(() => {})
      }
    },
    health: () =>
      link.isReady() && wasReady ? { ok: true } : { ok: false, reason: `Redis: ${lastFault}` },
    dropped: () => dropped,
    async close() {
      isClosed = true
      cancelPing()
      if (waitingBytes > 0) {
        await new Promise<void>((resolve) => {
          whenSent = resolve
          clock.after(CLOSE_WITHIN_MS, resolve)
        })
      }
      link.destroy()
    },
  }
}

/** FNV-1a: every node must put a room into the same shard. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  }
  return hash >>> 0
}

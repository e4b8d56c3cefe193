import type { MessageId, RoomId } from '../../../protocol/ids.ts'
import type { FanOut, Signal } from '../../hub/ports.ts'
import type { RecentIds } from '../recent-ids.ts'

/** A game client that has registered, as the others in its room reach it. */
export interface Player {
  readonly room: RoomId
  /** Whether it still may hear the room. */
  isInRoom(): boolean
  relay(data: string | Buffer): void
}

/** Passes on what players send each other, at once and without storing it, at other nodes too. */
export interface Players {
  enter(player: Player): () => void
  /** To everybody else who plays in the room. `post`: it is stored as well, by this id. */
  relay(from: Player, data: string | Buffer, post?: MessageId): void
  stop(): void
}

export function createPlayers(ports: {
  readonly fanOut: Pick<FanOut, 'publish' | 'subscribe'>
  /** Names this node among the others. */
  readonly node: string
  /** Posts that players were told of already. */
  readonly relayed: RecentIds
}): Players {
  const { fanOut, node, relayed } = ports
  const rooms = new Map<RoomId, Set<Player>>()

  function pass(room: RoomId, data: string | Buffer, from?: Player): void {
    for (const player of rooms.get(room) ?? []) {
      if (player !== from && player.isInRoom()) player.relay(data)
    }
  }

  function hear({ room, data, isBinary, post }: Extract<Signal, { kind: 'relay' }>): void {
    if (!rooms.has(room)) return
    if (post !== undefined) relayed.add(post)
    pass(room, isBinary ? Buffer.from(data, 'base64') : data)
  }
  const unsubscribe = fanOut.subscribe((signal) => {
    if (signal.kind === 'relay' && signal.node !== node) hear(signal)
  })

  return {
    enter(player) {
      const there = rooms.get(player.room) ?? new Set()
      rooms.set(player.room, there)
      there.add(player)
      return () => {
        there.delete(player)
        if (there.size === 0 && rooms.get(player.room) === there) rooms.delete(player.room)
      }
    },
    relay(from, data, post) {
      if (!from.isInRoom()) return
      const { room } = from
      if (post !== undefined) relayed.add(post)
      pass(room, data, from)
      const isBinary = typeof data !== 'string'
      const text = isBinary ? data.toString('base64') : data
      fanOut.publish({ kind: 'relay', node, room, data: text, isBinary, post })
    },
    stop: unsubscribe,
  }
}

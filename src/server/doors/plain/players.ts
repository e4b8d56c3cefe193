import type { RoomId } from '../../../protocol/ids.ts'

/** A game client that has registered, as the others in its room reach it. */
export interface Player {
  readonly room: RoomId
  /** Whether it still may hear the room. */
  isInRoom(): boolean
  relay(data: string | Buffer): void
}

/** Passes on what players send each other at once and without storing it; of one node. */
export interface Players {
  enter(player: Player): () => void
  /** To everybody else who plays in the room. */
  relay(from: Player, data: string | Buffer): void
}

export function createPlayers(): Players {
  const rooms = new Map<RoomId, Set<Player>>()
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
    relay(from, data) {
      if (!from.isInRoom()) return
      for (const player of rooms.get(from.room) ?? []) {
        if (player !== from && player.isInRoom()) player.relay(data)
      }
    },
  }
}

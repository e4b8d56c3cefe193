import type { MemberId } from '../../../protocol/ids.ts'

/**
 * Who is connected through the doors of this node. The hub gathers news of people for a moment before it tells
 * them; a client that calls somebody who has just come must find them all the same.
 */
export interface PresentGuests {
  enter(member: MemberId, name: string): () => void
  /** Name by member. */
  readonly names: ReadonlyMap<MemberId, string>
}

export function createPresentGuests(): PresentGuests {
  const names = new Map<MemberId, string>()
  const counts = new Map<MemberId, number>()
  return {
    names,
    enter(member, name) {
      names.set(member, name)
      counts.set(member, (counts.get(member) ?? 0) + 1)
      return () => {
        const left = (counts.get(member) ?? 1) - 1
        if (left > 0) return void counts.set(member, left)
        counts.delete(member)
        names.delete(member)
      }
    },
  }
}

export const nobodyPresent: ReadonlyMap<MemberId, string> = new Map()

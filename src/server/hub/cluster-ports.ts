/** What the hub needs besides when several nodes serve one session. */
import type { WaitingPerson } from '../../protocol/admin.ts'
import type { Epoch, MemberId, RoomId } from '../../protocol/ids.ts'
import type { Presence, RoomState } from '../../protocol/records.ts'
import type { StoredMember } from './registry-port.ts'

/** How a node learns from the store what others wrote: signals may be lost, the store remembers. */
export interface SharedLog {
  /** Where «from now on» begins. */
  mark(): Promise<string>
  /** Everything that was committed since the mark, some of it perhaps told before, and the next mark. */
  changedSince(mark: string): Promise<{
    readonly mark: string
    readonly rooms: readonly ChangedRoom[]
    readonly members: readonly StoredMember[]
  }>
  /** The rooms as they are now, each with the members that belong to its head. */
  states(rooms: readonly RoomId[]): Promise<readonly RoomState[]>
}

export interface ChangedRoom {
  readonly id: RoomId
  readonly epoch: Epoch
  readonly head: number
  /** Its name, topic or members changed, not only its messages. */
  readonly reshaped: boolean
}

/** What only nodes tell each other; in one process none of them comes. */
export type ClusterSignal =
  /** For nodes that do not serve the room: somebody came, left or renamed it. */
  | { readonly kind: 'changed'; readonly room: RoomId; readonly head: number }
  /** From this node's own fan-out: others can be heard (again), and signals may have been missed before. */
  | { readonly kind: 'restored' }
  /** Sent now and then even when nothing changed, as the node's sign of life. */
  | {
      readonly kind: 'presence'
      readonly node: string
      /** Whoever is not listed is not at this node; false: these changed. */
      readonly whole: boolean
      readonly people: readonly PresentPerson[]
    }
  /** The session's settings are read from the store: what is secret in them is not said aloud. */
  | { readonly kind: 'registry-changed' }
  /** Everybody who waits at the node to be let in (I7), each with the key of their device. */
  | {
      readonly kind: 'waiting'
      readonly node: string
      readonly people: readonly (WaitingPerson & { readonly key: string | null })[]
    }
  /** Of somebody who waits at that node. */
  | {
      readonly kind: 'decision'
      readonly node: string
      readonly member: MemberId
      readonly accept: boolean
      readonly by: MemberId
    }
  /** The node ends; its people are elsewhere or away. */
  | { readonly kind: 'node-gone'; readonly node: string }

export interface PresentPerson {
  readonly id: MemberId
  readonly name: string
  readonly presence: Presence
  readonly lastSeen: number
}

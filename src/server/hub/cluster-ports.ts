/** What the hub needs besides when several nodes serve one session. */
import type { Epoch, MemberId, RoomId } from '../../protocol/ids.ts'
import type { RoomState } from '../../protocol/records.ts'

/** How a node learns from the store what others wrote: signals may be lost, the store remembers. */
export interface SharedLog {
  /** Where «from now on» begins. */
  mark(): Promise<string>
  /** Everything that was committed since the mark, some of it perhaps told before, and the next mark. */
  changedSince(mark: string): Promise<{
    readonly mark: string
    readonly rooms: readonly ChangedRoom[]
    readonly members: readonly {
      readonly id: MemberId
      readonly name: string
      readonly lastSeen: number
    }[]
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

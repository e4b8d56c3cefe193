import type { Epoch, RoomId } from '../../protocol/ids.ts'
import type { RoomEvent } from '../../protocol/records.ts'
import type { FanOut, Write, WriteResult } from './ports.ts'

/** Publishes the events of a batch, all of a room's together, in the order they were numbered. */
export function publishCommitted(
  batch: readonly { readonly write: Write; readonly result: WriteResult }[],
  fanOut: FanOut,
): void {
  const byRoom = new Map<RoomId, { readonly epoch: Epoch; readonly events: RoomEvent[] }>()
  for (const { write, result } of batch) {
    if (result.kind !== 'committed') continue
    const { epoch } = result
    if (write.operation.kind === 'create') {
      const { roomKind: kind, name, topic, visibility, isDefault } = write.operation
      const { room: id, at: createdAt } = write
      fanOut.publish({
        kind: 'room',
        room: {
          id,
          kind,
          name,
          topic,
          visibility,
          isDefault,
          members: [],
          epoch,
          head: 0,
          createdAt,
        },
      })
    }
    const known = byRoom.get(write.room)
    if (known === undefined) byRoom.set(write.room, { epoch, events: [...result.events] })
    else known.events.push(...result.events)
  }
  for (const [room, { epoch, events }] of byRoom) {
    fanOut.publish({ kind: 'events', room, epoch, events })
  }
}

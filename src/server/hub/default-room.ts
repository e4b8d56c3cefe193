import { messageIdSchema, roomIdSchema } from '../../protocol/ids.ts'
import type { DeviceId, MemberId } from '../../protocol/ids.ts'
import type { CommitBatcher, PendingWrite } from './commit-batcher.ts'
import type { Clock, RoomOperation, Secrets, Write } from './ports.ts'
import type { Rooms } from './rooms.ts'

/** The group everyone but guests is in. */
export interface DefaultRoom {
  join(member: MemberId, device: DeviceId): Promise<'joined' | 'unavailable'>
}

export function createDefaultRoom(ports: {
  readonly rooms: Rooms
  readonly batcher: CommitBatcher
  readonly clock: Clock
  readonly secrets: Pick<Secrets, 'uuid'>
  readonly name: string
}): DefaultRoom {
  const { rooms, batcher, clock, secrets, name } = ports
  return {
    async join(member, device) {
      for (;;) {
        const room = rooms.defaultRoom
        if (room?.members.has(member) === true) return 'joined'
        const id = room?.id ?? roomIdSchema.parse(secrets.uuid())
        const operation: RoomOperation =
          room === undefined
            ? {
                ...{ kind: 'create', roomKind: 'group', name, topic: '', visibility: 'public' },
                ...{ isDefault: true, members: [member] },
              }
            : { kind: 'join', member }
        const write: Write = {
          device,
          actor: member,
          room: id,
          id: messageIdSchema.parse(room === undefined ? id : secrets.uuid()),
          at: clock.now(),
          operation,
        }
        const result = await new Promise<Parameters<PendingWrite['done']>[0]>((done) =>
          batcher.add({ write, sender: undefined, done }),
        )
        if (result.kind === 'unavailable') return 'unavailable'
        if (result.kind === 'refused') {
          throw new Error(`the default group refused: ${result.message}`)
        }
        // Somebody else may have made it at the same moment; then there is one to join now.
      }
    },
  }
}

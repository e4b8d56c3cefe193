import type { RoomId, SessionId } from '../../protocol/ids.ts'
import { useActions, useSession } from '../app/context.ts'
import { Confirm } from '../parts/Confirm.tsx'
import { words } from '../words.ts'

interface LeaveRoomDialogProps {
  readonly session: SessionId
  readonly room: RoomId
  readonly onClose: () => void
}

export function LeaveRoomDialog({ session, room, onClose }: LeaveRoomDialogProps) {
  const { rooms } = useActions()
  const view = useSession((state) => state.rooms.get(room))
  if (view === undefined) return null
  return (
    <Confirm
      title={words.rooms.leaveTitle(view.name)}
      confirm={words.rooms.leave}
      onConfirm={() => rooms.leave(session, room)}
      onClose={onClose}
    >
      <p className="dialog-text">
        {view.visibility === 'public' ? words.rooms.leavePublic : words.rooms.leavePrivate}
      </p>
    </Confirm>
  )
}

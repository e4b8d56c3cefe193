import type { MessageId, RoomId, SessionId } from '../../protocol/ids.ts'
import { useActions } from '../app/context.ts'
import { Confirm } from '../parts/Confirm.tsx'
import { words } from '../words.ts'

interface DeleteMessageDialogProps {
  readonly session: SessionId
  readonly target: { readonly room: RoomId; readonly message: MessageId }
  readonly onClose: () => void
}

export function DeleteMessageDialog({ session, target, onClose }: DeleteMessageDialogProps) {
  const { messages } = useActions()
  return (
    <Confirm
      title={words.message.deleteTitle}
      confirm={words.message.delete}
      onConfirm={() => messages.remove(session, target.room, target.message)}
      onClose={onClose}
    >
      <p className="dialog-text">{words.message.deleteText}</p>
    </Confirm>
  )
}

import { X } from 'lucide-react'
import type { RoomId } from '../../protocol/ids.ts'
import { useSession } from '../app/context.ts'
import { oneLine } from '../markdown/one-line.ts'
import { IconButton } from '../parts/Button.tsx'
import { nameOf } from '../store/select.ts'
import { isMessage } from '../store/state.ts'
import type { ComposeMode } from '../store/state.ts'
import { words } from '../words.ts'

interface ComposeNoteProps {
  readonly mode: ComposeMode
  readonly room: RoomId
  readonly onCancel: () => void
}

/** Says what Enter will do when it is not simply sending. */
export function ComposeNote({ mode, room, onCancel }: ComposeNoteProps) {
  const target = useSession((state) =>
    mode.kind === 'reply'
      ? state.timelines.get(room)?.items.find((item) => item.id === mode.to)
      : undefined,
  )
  const people = useSession((state) => state.people)
  if (mode.kind === 'new') return null
  const original = target !== undefined && isMessage(target) ? target : undefined
  return (
    <div className="compose-note">
      <p className="ellipsis">
        {mode.kind === 'edit' ? (
          words.composer.editing
        ) : (
          <>
            {words.composer.replyingTo}{' '}
            <strong dir="auto">{original ? nameOf(people, original.author) : ''}</strong>{' '}
            <span dir="auto">{oneLine(original?.text ?? '')}</span>
          </>
        )}
      </p>
      <IconButton
        label={mode.kind === 'edit' ? words.composer.cancelEdit : words.composer.cancelReply}
        onClick={onCancel}
      >
        <X size={14} strokeWidth={1.5} aria-hidden="true" />
      </IconButton>
    </div>
  )
}

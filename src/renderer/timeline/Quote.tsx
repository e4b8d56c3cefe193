import { CornerUpLeft } from 'lucide-react'
import type { MessageId } from '../../protocol/ids.ts'
import { useActions, useSession } from '../app/context.ts'
import { oneLine } from '../markdown/one-line.ts'
import { isMessage } from '../store/state.ts'
import { words } from '../words.ts'
import { useRoomContext } from './room-context.ts'

/** The message a reply answers, in one line; a click goes there. */
export function Quote({ id }: { readonly id: MessageId }) {
  const room = useRoomContext()
  const { navigation } = useActions()
  const original = useSession((state) =>
    state.timelines.get(room.room)?.items.find((item) => item.id === id),
  )
  const quoted = original !== undefined && isMessage(original) ? original : undefined
  const author = quoted === undefined ? '' : room.name(quoted.author)
  const text =
    quoted === undefined
      ? words.message.originalFar
      : quoted.deleted
        ? words.message.deleted
        : oneLine(quoted.text)
  return (
    <button
      type="button"
      className="quote"
      aria-label={words.message.quote(author, text)}
      onClick={() => void navigation.reveal(room.session, room.room, id)}
    >
      <CornerUpLeft size={13} strokeWidth={1.5} aria-hidden="true" />
      {author === '' ? null : <strong dir="auto">{author}</strong>}
      <span className="ellipsis" dir="auto">
        {text}
      </span>
    </button>
  )
}

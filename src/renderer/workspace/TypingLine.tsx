import type { MemberId, RoomId } from '../../protocol/ids.ts'
import { useSession } from '../app/context.ts'
import { nameOf } from '../store/select.ts'
import { words } from '../words.ts'

const NOBODY: readonly MemberId[] = []

/** Keeps its height when nobody types, so that nothing jumps. */
export function TypingLine({ room }: { readonly room: RoomId }) {
  const typing = useSession((state) => state.typing.get(room)) ?? NOBODY
  const people = useSession((state) => state.people)
  return (
    <p className="typing ellipsis" role="status" aria-label={words.composer.typingLabel}>
      {typing.length === 0 ? '' : words.composer.typing(typing.map((id) => nameOf(people, id)))}
    </p>
  )
}

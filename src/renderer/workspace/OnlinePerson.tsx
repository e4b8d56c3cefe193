import { memo } from 'react'
import type { PersonView } from '../../client/views.ts'
import type { SessionId } from '../../protocol/ids.ts'
import { useActions } from '../app/context.ts'
import { Avatar } from '../parts/Avatar.tsx'
import { words } from '../words.ts'

interface OnlinePersonProps {
  readonly session: SessionId
  readonly person: PersonView
}

/** A click opens the direct room with this person. */
export const OnlinePerson = memo(function OnlinePerson({ session, person }: OnlinePersonProps) {
  const { rooms, tell } = useActions()
  async function open(): Promise<void> {
    const result = await rooms.openDirect(session, [person.id])
    if (!result.ok) tell(result.failure.message)
  }

  return (
    <li>
      <button
        type="button"
        data-roving
        className="row"
        aria-label={words.people.message(person.name, words.presence[person.presence])}
        onClick={() => void open()}
      >
        <Avatar id={person.id} name={person.name} size={1.25} presence={person.presence} />
        <span className="ellipsis" dir="auto">
          {person.name}
        </span>
      </button>
    </li>
  )
})

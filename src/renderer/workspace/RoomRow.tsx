import { Hash, Lock } from 'lucide-react'
import { memo } from 'react'
import type { RoomView, SessionView } from '../../client/views.ts'
import { useActions, useSession } from '../app/context.ts'
import { Avatar } from '../parts/Avatar.tsx'
import { counterpartOf } from '../store/select.ts'
import { words } from '../words.ts'

interface RoomRowProps {
  readonly session: SessionView
  readonly room: RoomView
  readonly current: boolean
}

export const RoomRow = memo(function RoomRow({ session, room, current }: RoomRowProps) {
  const { navigation } = useActions()
  const person = useSession((state) => counterpartOf(room, state.people))
  const hasDraft = useSession((state) => (state.drafts.get(room.id) ?? room.draft) !== '')
  const unread = room.unread > 0 && !current
  const label = words.rooms.row(
    room,
    unread ? room.unread : 0,
    person === undefined ? '' : words.presence[person.presence],
  )
  return (
    <li>
      <button
        type="button"
        data-roving
        className="row"
        data-unread={unread}
        aria-label={label}
        aria-current={current ? 'page' : undefined}
        onClick={() => navigation.openRoom(session.id, room.id)}
      >
        {room.kind === 'direct' ? (
          <Avatar
            id={person?.id ?? room.id}
            name={room.name}
            size={1.25}
            presence={person?.presence}
          />
        ) : room.visibility === 'private' ? (
          <Lock size={14} strokeWidth={1.5} aria-hidden="true" />
        ) : (
          <Hash size={14} strokeWidth={1.5} aria-hidden="true" />
        )}
        <span className="ellipsis" dir="auto">
          {room.name}
        </span>
        {hasDraft && !current ? <span className="row-draft">{words.rooms.draft}</span> : null}
        {unread ? (
          <span className="badge" data-look={room.kind === 'direct' ? 'accent' : 'plain'}>
            {words.count(room.unread)}
          </span>
        ) : null}
      </button>
    </li>
  )
})

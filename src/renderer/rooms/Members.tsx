import { UserPlus } from 'lucide-react'
import { useMemo } from 'react'
import type { PersonView, RoomView } from '../../client/views.ts'
import { useActions, useNow, useSession, useSessionId } from '../app/context.ts'
import { Avatar } from '../parts/Avatar.tsx'
import { Button } from '../parts/Button.tsx'
import { RovingList } from '../parts/RovingList.tsx'
import { formatMoment } from '../words-format.ts'
import { words } from '../words.ts'

const RANK = { online: 0, away: 1, offline: 2 } as const

export function Members({ room }: { readonly room: RoomView }) {
  const { navigation, rooms, tell } = useActions()
  const session = useSessionId()
  const people = useSession((state) => state.people)
  const now = useNow(60_000)
  const members = useMemo(
    () =>
      room.memberIds
        .map((id) => people.get(id))
        .filter((person): person is PersonView => person !== undefined)
        .toSorted((a, b) => RANK[a.presence] - RANK[b.presence] || a.name.localeCompare(b.name)),
    [room.memberIds, people],
  )

  async function openDirect(person: PersonView): Promise<void> {
    if (person.isSelf) return
    const result = await rooms.openDirect(session, [person.id])
    if (!result.ok) tell(result.failure.message)
  }

  return (
    <section aria-labelledby="members-heading">
      <div className="details-heading">
        <h3 id="members-heading">{words.rooms.membersHeading}</h3>
        <span>{room.memberIds.length}</span>
        {room.kind === 'group' && !room.isDefault ? (
          <Button onClick={() => navigation.openDialog({ kind: 'add-members', room: room.id })}>
            <UserPlus size={15} strokeWidth={1.5} aria-hidden="true" />
            {words.rooms.addMembers}
          </Button>
        ) : null}
      </div>
      <RovingList>
        <ul aria-labelledby="members-heading">
          {members.map((person) => (
            <li key={person.id}>
              <button
                type="button"
                data-roving
                className="row member-row"
                aria-label={words.people.message(person.name, presenceWords(person, now))}
                onClick={() => void openDirect(person)}
              >
                <Avatar id={person.id} name={person.name} size={1.5} presence={person.presence} />
                <span className="ellipsis" dir="auto">
                  {person.name}
                </span>
                <span className="person-presence">
                  {[
                    person.role === 'member' ? '' : words.admin.roles[person.role],
                    person.isSelf ? words.people.you : presenceWords(person, now),
                  ]
                    .filter((part) => part !== '')
                    .join(' · ')}
                </span>
              </button>
            </li>
          ))}
        </ul>
      </RovingList>
    </section>
  )
}

function presenceWords(person: PersonView, now: number): string {
  return person.presence === 'offline' && person.lastSeen !== undefined
    ? words.people.lastSeen(formatMoment(person.lastSeen, now))
    : words.presence[person.presence]
}

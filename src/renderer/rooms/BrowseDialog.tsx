import { Hash } from 'lucide-react'
import { useEffect, useState } from 'react'
import type { SessionId } from '../../protocol/ids.ts'
import type { RoomListing } from '../../protocol/server-messages.ts'
import { useActions } from '../app/context.ts'
import { useSubmission } from '../app/use-form.ts'
import { Button } from '../parts/Button.tsx'
import { Modal } from '../parts/Modal.tsx'
import { words } from '../words.ts'
import { matchesName } from './matches-name.ts'
import './rooms.css'

interface BrowseDialogProps {
  readonly session: SessionId
  readonly onClose: () => void
}

/** Every public group of the session, from the server: this device only knows the ones it is in. */
export function BrowseDialog({ session, onClose }: BrowseDialogProps) {
  const { rooms, navigation } = useActions()
  const [listings, setListings] = useState<readonly RoomListing[] | null>(null)
  const [loadProblem, setLoadProblem] = useState<string | null>(null)
  const [query, setQuery] = useState('')
  const { problem, submit } = useSubmission()

  useEffect(() => {
    let open = true
    void rooms.browse(session).then((result) => {
      if (!open) return
      if (result.ok) setListings(result.value)
      else setLoadProblem(result.failure.message)
    })
    return () => {
      open = false
    }
  }, [rooms, session])

  const found = (listings ?? []).filter((room) => matchesName(room.name, query))

  async function choose(room: RoomListing): Promise<void> {
    if (room.joined) navigation.openRoom(session, room.id)
    else if (!(await submit(() => rooms.join(session, room.id)))) return
    onClose()
  }

  return (
    <Modal title={words.rooms.browse} width="32rem" onClose={onClose}>
      <div className="dialog-body">
        <input
          className="input"
          type="search"
          dir="auto"
          aria-label={words.rooms.browseFilter}
          placeholder={words.rooms.browseFilter}
          value={query}
          onChange={(event) => setQuery(event.target.value)}
        />
        {(loadProblem ?? problem) ? (
          <p className="field-problem" role="alert">
            {loadProblem ?? problem}
          </p>
        ) : null}
        {listings === null && loadProblem === null ? (
          <p className="dialog-text" role="status">
            {words.rooms.browseLoading}
          </p>
        ) : null}
        {listings !== null && found.length === 0 ? (
          <p className="dialog-text">{words.rooms.browseNone}</p>
        ) : null}
        <ul className="listings">
          {found.map((room) => (
            <li key={room.id}>
              <Hash size={16} strokeWidth={1.5} aria-hidden="true" />
              <div>
                <p className="ellipsis" dir="auto">
                  <strong>{room.name}</strong> · {words.rooms.members(room.memberCount)}
                </p>
                <p className="ellipsis" dir="auto">
                  {room.topic}
                </p>
              </div>
              <Button
                look={room.joined ? 'plain' : 'primary'}
                aria-label={
                  room.joined ? words.rooms.openNamed(room.name) : words.rooms.joinNamed(room.name)
                }
                onClick={() => void choose(room)}
              >
                {room.joined ? words.rooms.open : words.rooms.join}
              </Button>
            </li>
          ))}
        </ul>
      </div>
    </Modal>
  )
}

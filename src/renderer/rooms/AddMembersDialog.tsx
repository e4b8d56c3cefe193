import { useMemo, useState } from 'react'
import type { MemberId, RoomId, SessionId } from '../../protocol/ids.ts'
import { useActions, useSession } from '../app/context.ts'
import { useSubmission } from '../app/use-form.ts'
import { Button } from '../parts/Button.tsx'
import { Modal } from '../parts/Modal.tsx'
import { peopleOf } from '../store/select.ts'
import { words } from '../words.ts'
import { PeoplePicker } from './PeoplePicker.tsx'
import './rooms.css'

interface AddMembersDialogProps {
  readonly session: SessionId
  readonly room: RoomId
  readonly onClose: () => void
}

export function AddMembersDialog({ session, room, onClose }: AddMembersDialogProps) {
  const { rooms } = useActions()
  const people = useSession((state) => state.people)
  const view = useSession((state) => state.rooms.get(room))
  const addable = useMemo(
    () => peopleOf(people).filter((person) => view?.memberIds.includes(person.id) !== true),
    [people, view],
  )
  const [chosen, setChosen] = useState<ReadonlySet<MemberId>>(new Set())
  const { busy, problem, submit, setProblem } = useSubmission()
  if (view === undefined) return null

  async function add(): Promise<void> {
    if (chosen.size === 0) return setProblem(words.rooms.addMissing)
    if (await submit(() => rooms.addMembers(session, room, [...chosen]))) onClose()
  }

  return (
    <Modal title={words.rooms.addMembersTo(view.name)} width="30rem" onClose={onClose}>
      <form
        className="dialog-body"
        onSubmit={(event) => {
          event.preventDefault()
          void add()
        }}
      >
        {addable.length === 0 ? (
          <p className="dialog-text">{words.rooms.addNobody}</p>
        ) : (
          <PeoplePicker
            label={words.rooms.people}
            people={addable}
            chosen={chosen}
            onChange={setChosen}
          />
        )}
        {problem === null ? null : (
          <p className="field-problem" role="alert">
            {problem}
          </p>
        )}
        <div className="dialog-actions">
          <Button onClick={onClose}>{words.cancel}</Button>
          {addable.length === 0 ? null : (
            <Button type="submit" look="primary" aria-disabled={busy}>
              {words.rooms.add}
            </Button>
          )}
        </div>
      </form>
    </Modal>
  )
}

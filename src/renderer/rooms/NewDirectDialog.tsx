import { useMemo, useState } from 'react'
import type { MemberId, SessionId } from '../../protocol/ids.ts'
import { useActions, useSession } from '../app/context.ts'
import { useSubmission } from '../app/use-form.ts'
import { Button } from '../parts/Button.tsx'
import { Modal } from '../parts/Modal.tsx'
import { peopleOf } from '../store/select.ts'
import { words } from '../words.ts'
import { PeoplePicker } from './PeoplePicker.tsx'
import './rooms.css'

interface NewDirectDialogProps {
  readonly session: SessionId
  readonly onClose: () => void
}

export function NewDirectDialog({ session, onClose }: NewDirectDialogProps) {
  const { rooms } = useActions()
  const people = useSession((state) => state.people)
  const others = useMemo(() => peopleOf(people).filter((person) => !person.isSelf), [people])
  const [chosen, setChosen] = useState<ReadonlySet<MemberId>>(new Set())
  const { busy, problem, submit, setProblem } = useSubmission()

  async function start(): Promise<void> {
    if (chosen.size === 0) return setProblem(words.rooms.directMissing)
    if (await submit(() => rooms.openDirect(session, [...chosen]))) onClose()
  }

  return (
    <Modal title={words.rooms.newDirect} width="30rem" onClose={onClose}>
      <form
        className="dialog-body"
        onSubmit={(event) => {
          event.preventDefault()
          void start()
        }}
      >
        <PeoplePicker
          label={words.rooms.directLead}
          people={others}
          chosen={chosen}
          onChange={(next) => {
            setChosen(next)
            setProblem(null)
          }}
        />
        {problem === null ? null : (
          <p className="field-problem" role="alert">
            {problem}
          </p>
        )}
        <div className="dialog-actions">
          <Button onClick={onClose}>{words.cancel}</Button>
          <Button type="submit" look="primary" aria-disabled={busy}>
            {busy ? words.rooms.starting : words.rooms.startDirect}
          </Button>
        </div>
      </form>
    </Modal>
  )
}

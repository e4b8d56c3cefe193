import { useState } from 'react'
import type { SessionId } from '../../protocol/ids.ts'
import { useActions, useAppState } from '../app/context.ts'
import { useSubmission } from '../app/use-form.ts'
import { MEMBER_NAME_LENGTH } from '../limits.ts'
import { Button } from '../parts/Button.tsx'
import { Field } from '../parts/Field.tsx'
import { Modal } from '../parts/Modal.tsx'
import { sessionViewOf } from '../store/state.ts'
import { words } from '../words.ts'

interface SessionNameDialogProps {
  readonly session: SessionId
  readonly onClose: () => void
}

/** When somebody in a session has one's name already. */
export function SessionNameDialog({ session, onClose }: SessionNameDialogProps) {
  const { sessions } = useActions()
  const view = useAppState((state) => sessionViewOf(state, session))
  const [name, setName] = useState(view?.self.name ?? '')
  const { busy, problem, submit, setProblem } = useSubmission()
  const text = words.admin.sessionName

  async function save(): Promise<void> {
    if (name.trim() === '') return setProblem(text.missing)
    if (await submit(() => sessions.setSessionName(session, name.trim()))) onClose()
  }

  return (
    <Modal title={text.title(view?.name ?? '')} onClose={onClose}>
      <form
        className="dialog-body"
        onSubmit={(event) => {
          event.preventDefault()
          void save()
        }}
      >
        <p className="dialog-text">{text.lead}</p>
        <Field
          label={text.label}
          value={name}
          maxLength={MEMBER_NAME_LENGTH}
          problem={problem}
          onChange={(event) => {
            setName(event.target.value)
            setProblem(null)
          }}
        />
        <div className="dialog-actions">
          <Button onClick={onClose}>{words.cancel}</Button>
          <Button type="submit" look="primary" aria-disabled={busy}>
            {text.save}
          </Button>
        </div>
      </form>
    </Modal>
  )
}

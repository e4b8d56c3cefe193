import { useState } from 'react'
import { useActions } from '../app/context.ts'
import { useSubmission } from '../app/use-form.ts'
import { Button } from '../parts/Button.tsx'
import { Field } from '../parts/Field.tsx'
import { Modal } from '../parts/Modal.tsx'
import { words } from '../words.ts'

interface JoinDialogProps {
  /** From a link that was opened; empty when the person is to paste one. */
  readonly invite: string
  readonly onClose: () => void
}

export function JoinDialog({ invite, onClose }: JoinDialogProps) {
  const { sessions } = useActions()
  const [value, setValue] = useState(invite)
  const { busy, problem, submit, setProblem } = useSubmission()

  async function join(): Promise<void> {
    if (value.trim() === '') return setProblem(words.join.inviteMissing)
    if (await submit(() => sessions.join(value.trim()))) onClose()
  }

  return (
    <Modal title={words.join.title} onClose={onClose}>
      <form
        className="dialog-body"
        onSubmit={(event) => {
          event.preventDefault()
          void join()
        }}
      >
        <p className="dialog-text">{words.join.lead}</p>
        <Field
          label={words.join.invite}
          value={value}
          placeholder={words.join.invitePlaceholder}
          spellCheck={false}
          problem={problem}
          onChange={(event) => {
            setValue(event.target.value)
            setProblem(null)
          }}
        />
        <div className="dialog-actions">
          <Button onClick={onClose}>{words.cancel}</Button>
          <Button type="submit" look="primary" aria-disabled={busy}>
            {busy ? words.join.joining : words.join.submit}
          </Button>
        </div>
      </form>
    </Modal>
  )
}

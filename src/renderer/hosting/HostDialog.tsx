import { useState } from 'react'
import { useActions } from '../app/context.ts'
import { useSubmission } from '../app/use-form.ts'
import { SESSION_NAME_LENGTH } from '../limits.ts'
import { Button } from '../parts/Button.tsx'
import { Field } from '../parts/Field.tsx'
import { Modal } from '../parts/Modal.tsx'
import { words } from '../words.ts'

/** Asks for a name, starts, and goes on to the hosting panel with its invite. */
export function HostDialog({ onClose }: { readonly onClose: () => void }) {
  const { sessions, navigation } = useActions()
  const [name, setName] = useState('')
  const { busy, problem, submit, setProblem } = useSubmission()

  async function host(): Promise<void> {
    if (name.trim() === '') return setProblem(words.host.nameMissing)
    await submit(async () => {
      const result = await sessions.host(name.trim())
      if (result.ok) navigation.openDialog({ kind: 'hosting', session: result.value.session })
      return result
    })
  }

  return (
    <Modal title={words.host.title} onClose={onClose}>
      <form
        className="dialog-body"
        onSubmit={(event) => {
          event.preventDefault()
          void host()
        }}
      >
        <p className="dialog-text">{words.host.lead}</p>
        <Field
          label={words.host.name}
          value={name}
          maxLength={SESSION_NAME_LENGTH}
          placeholder={words.host.namePlaceholder}
          problem={problem}
          onChange={(event) => {
            setName(event.target.value)
            setProblem(null)
          }}
        />
        <div className="dialog-actions">
          <Button onClick={onClose}>{words.cancel}</Button>
          <Button type="submit" look="primary" aria-disabled={busy}>
            {busy ? words.host.starting : words.host.submit}
          </Button>
        </div>
      </form>
    </Modal>
  )
}

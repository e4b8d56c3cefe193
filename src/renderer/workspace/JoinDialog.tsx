import { JoinFields, submitWords } from '../join/JoinFields.tsx'
import { useJoin } from '../join/use-join.ts'
import { Button } from '../parts/Button.tsx'
import { Modal } from '../parts/Modal.tsx'
import { words } from '../words.ts'

interface JoinDialogProps {
  /** From a link that was opened; empty when the person is to paste one. */
  readonly invite: string
  readonly onClose: () => void
}

export function JoinDialog({ invite, onClose }: JoinDialogProps) {
  const join = useJoin(invite, onClose)

  async function submit(): Promise<void> {
    if (await join.submit()) onClose()
  }

  return (
    <Modal title={words.join.title} onClose={onClose}>
      <form
        className="dialog-body"
        onSubmit={(event) => {
          event.preventDefault()
          void submit()
        }}
      >
        {join.stage.kind === 'start' ? <p className="dialog-text">{words.join.lead}</p> : null}
        <JoinFields join={join} onOpened={onClose} />
        <div className="dialog-actions">
          <Button onClick={onClose}>{words.cancel}</Button>
          {join.stage.kind === 'scan' ? null : (
            <Button type="submit" look="primary" aria-disabled={join.busy}>
              {submitWords(join)}
            </Button>
          )}
        </div>
      </form>
    </Modal>
  )
}

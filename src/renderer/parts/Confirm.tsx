import { useRef } from 'react'
import type { ReactNode } from 'react'
import type { Result } from '../../ipc/errors.ts'
import { useSubmission } from '../app/use-form.ts'
import { words } from '../words.ts'
import { Button } from './Button.tsx'
import { Modal } from './Modal.tsx'

interface ConfirmProps {
  readonly title: string
  readonly children: ReactNode
  readonly confirm: string
  readonly onConfirm: () => Promise<Result<unknown>>
  readonly onClose: () => void
}

/** Asks before something that cannot be taken back. Cancel has the focus: Enter alone destroys nothing. */
export function Confirm({ title, children, confirm, onConfirm, onClose }: ConfirmProps) {
  const { busy, problem, submit } = useSubmission()
  const cancel = useRef<HTMLButtonElement>(null)
  async function run(): Promise<void> {
    if (await submit(onConfirm)) onClose()
  }

  return (
    <Modal title={title} onClose={onClose} initialFocus={cancel}>
      <div className="dialog-body">
        {children}
        {problem === null ? null : (
          <p className="field-problem" role="alert">
            {problem}
          </p>
        )}
        <div className="dialog-actions">
          <Button ref={cancel} onClick={onClose}>
            {words.cancel}
          </Button>
          <Button look="danger-primary" aria-disabled={busy} onClick={() => void run()}>
            {confirm}
          </Button>
        </div>
      </div>
    </Modal>
  )
}

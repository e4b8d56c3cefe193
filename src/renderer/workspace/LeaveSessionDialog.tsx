import type { SessionId } from '../../protocol/ids.ts'
import { useActions, useAppState } from '../app/context.ts'
import { Confirm } from '../parts/Confirm.tsx'
import { sessionViewOf } from '../store/state.ts'
import { words } from '../words.ts'

interface LeaveSessionDialogProps {
  readonly session: SessionId
  readonly onClose: () => void
}

export function LeaveSessionDialog({ session, onClose }: LeaveSessionDialogProps) {
  const { sessions } = useActions()
  const view = useAppState((state) => sessionViewOf(state, session))
  if (view === undefined) return null
  const unsent = view.queued + view.failed
  return (
    <Confirm
      title={words.session.leaveTitle(view.name)}
      confirm={words.session.leaveConfirm}
      onConfirm={() => sessions.leave(session)}
      onClose={onClose}
    >
      <p className="dialog-text">{words.session.leaveText}</p>
      {unsent > 0 ? <p className="field-problem">{words.session.leaveQueued(unsent)}</p> : null}
    </Confirm>
  )
}

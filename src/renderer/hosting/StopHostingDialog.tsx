import type { SessionId } from '../../protocol/ids.ts'
import { useActions, useAppState } from '../app/context.ts'
import { Confirm } from '../parts/Confirm.tsx'
import { sessionViewOf } from '../store/state.ts'
import { formatList } from '../words-format.ts'
import { words } from '../words.ts'

interface StopHostingDialogProps {
  readonly session: SessionId
  readonly onClose: () => void
}

/** Says who loses the connection, and that nothing is lost. */
export function StopHostingDialog({ session, onClose }: StopHostingDialogProps) {
  const { sessions } = useActions()
  const hosting = useAppState((state) => state.hosting.get(session))
  const view = useAppState((state) => sessionViewOf(state, session))
  const others = [
    ...new Set(
      hosting?.devices.filter((device) => !device.isHost).map((device) => device.name) ?? [],
    ),
  ]
  return (
    <Confirm
      title={words.hosting.stopTitle(view?.name ?? hosting?.name ?? '')}
      confirm={words.hosting.stop}
      onConfirm={() => sessions.stopHosting(session)}
      onClose={onClose}
    >
      <p className="dialog-text">{words.hosting.stopText(others, formatList(others))}</p>
      <p className="dialog-text">{words.hosting.stopSafe}</p>
    </Confirm>
  )
}

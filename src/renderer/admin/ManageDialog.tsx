import type { SessionId } from '../../protocol/ids.ts'
import { useAppState } from '../app/context.ts'
import { Modal } from '../parts/Modal.tsx'
import { sessionViewOf } from '../store/state.ts'
import { words } from '../words.ts'
import { AdminTabs } from './AdminTabs.tsx'
import '../hosting/hosting.css'

interface ManageDialogProps {
  readonly session: SessionId
  readonly onClose: () => void
}

/** For moderators, and for hosts of a session that another computer serves. */
export function ManageDialog({ session, onClose }: ManageDialogProps) {
  const name = useAppState((state) => sessionViewOf(state, session)?.name ?? '')
  return (
    <Modal title={words.admin.manageTitle(name)} width="46rem" onClose={onClose}>
      <div className="dialog-body manage">
        <AdminTabs session={session} devices={null} />
      </div>
    </Modal>
  )
}

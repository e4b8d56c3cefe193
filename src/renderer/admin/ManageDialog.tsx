import type { SessionId } from '../../protocol/ids.ts'
import { useAppState } from '../app/context.ts'
import { Modal } from '../parts/Modal.tsx'
import { sessionViewOf } from '../store/state.ts'
import { words } from '../words.ts'
import { AdminTabs } from './AdminTabs.tsx'
import { isModerator } from './may.ts'
import '../hosting/hosting.css'

interface ManageDialogProps {
  readonly session: SessionId
  readonly onClose: () => void
}

/** For moderators, and for hosts of a session that another computer serves. */
export function ManageDialog({ session, onClose }: ManageDialogProps) {
  const name = useAppState((state) => sessionViewOf(state, session)?.name ?? '')
  const mayManage = useAppState((state) =>
    isModerator(sessionViewOf(state, session)?.self.role ?? 'member'),
  )
  return (
    <Modal title={words.admin.manageTitle(name)} width="46rem" onClose={onClose}>
      <div className="dialog-body manage">
        {mayManage ? (
          <AdminTabs session={session} devices={null} />
        ) : (
          <p className="dialog-text" role="status">
            {words.admin.notForYou}
          </p>
        )}
      </div>
    </Modal>
  )
}

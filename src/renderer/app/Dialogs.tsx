import { DevicesDialog } from '../admin/DevicesDialog.tsx'
import { ManageDialog } from '../admin/ManageDialog.tsx'
import { RemoveMemberDialog } from '../admin/RemoveMemberDialog.tsx'
import { SessionNameDialog } from '../admin/SessionNameDialog.tsx'
import { DeleteMessageDialog } from '../timeline/DeleteMessageDialog.tsx'
import { DoctorDialog } from '../doctor/DoctorDialog.tsx'
import { HostDialog } from '../hosting/HostDialog.tsx'
import { HostingPanel } from '../hosting/HostingPanel.tsx'
import { StopHostingDialog } from '../hosting/StopHostingDialog.tsx'
import { JumpDialog } from '../jump/JumpDialog.tsx'
import { AddMembersDialog } from '../rooms/AddMembersDialog.tsx'
import { BrowseDialog } from '../rooms/BrowseDialog.tsx'
import { LeaveRoomDialog } from '../rooms/LeaveRoomDialog.tsx'
import { NewDirectDialog } from '../rooms/NewDirectDialog.tsx'
import { NewGroupDialog } from '../rooms/NewGroupDialog.tsx'
import { SettingsDialog } from '../settings/SettingsDialog.tsx'
import { ShortcutsDialog } from '../settings/ShortcutsDialog.tsx'
import { SignInDialog } from '../sign-in/SignInDialog.tsx'
import { JoinDialog } from '../workspace/JoinDialog.tsx'
import { LeaveSessionDialog } from '../workspace/LeaveSessionDialog.tsx'
import type { SessionId } from '../../protocol/ids.ts'
import type { DialogState } from '../store/state.ts'
import { useActions, useAppState } from './context.ts'

/** The one dialog that is open, if any. */
export function Dialogs() {
  const dialog = useAppState((state) => state.dialog)
  const hasProfile = useAppState((state) => state.app?.profile != null)
  const session = useAppState((state) => state.activeSession)
  const { navigation } = useActions()
  const close = navigation.closeDialog
  if (dialog === null) return null

  switch (dialog.kind) {
    // Before there is a name, the first screen offers both of these itself.
    case 'host':
      return hasProfile ? <HostDialog onClose={close} /> : null
    case 'join':
      return hasProfile ? (
        <JoinDialog key={dialog.invite} invite={dialog.invite} onClose={close} />
      ) : null
    case 'hosting':
      return <HostingPanel session={dialog.session} onClose={close} />
    case 'stop-hosting':
      return <StopHostingDialog session={dialog.session} onClose={close} />
    case 'manage':
      return <ManageDialog session={dialog.session} onClose={close} />
    case 'devices':
      return <DevicesDialog session={dialog.session} onClose={close} />
    case 'session-name':
      return <SessionNameDialog session={dialog.session} onClose={close} />
    case 'sign-in':
      return <SignInDialog session={dialog.session} onClose={close} />
    case 'remove-member': {
      const { from } = dialog
      return (
        <RemoveMemberDialog
          {...dialog}
          onClose={() => (from === null ? close() : navigation.openDialog(from))}
        />
      )
    }
    case 'leave-session':
      return <LeaveSessionDialog session={dialog.session} onClose={close} />
    case 'settings':
      return <SettingsDialog onClose={close} />
    case 'shortcuts':
      return <ShortcutsDialog onClose={close} />
    case 'doctor':
      return <DoctorDialog onClose={close} />
    case 'new-group':
    case 'new-direct':
    case 'browse':
    case 'add-members':
    case 'leave-room':
    case 'delete-message':
    case 'jump':
      return session === null ? null : (
        <SessionDialog session={session} dialog={dialog} onClose={close} />
      )
  }
}

interface SessionDialogProps {
  readonly session: SessionId
  readonly dialog: Extract<
    DialogState,
    {
      kind:
        | 'new-group'
        | 'new-direct'
        | 'browse'
        | 'add-members'
        | 'leave-room'
        | 'delete-message'
        | 'jump'
    }
  >
  readonly onClose: () => void
}

/** The ones about the session on screen. */
function SessionDialog({ session, dialog, onClose }: SessionDialogProps) {
  switch (dialog.kind) {
    case 'new-group':
      return <NewGroupDialog session={session} onClose={onClose} />
    case 'new-direct':
      return <NewDirectDialog session={session} onClose={onClose} />
    case 'browse':
      return <BrowseDialog session={session} onClose={onClose} />
    case 'add-members':
      return <AddMembersDialog session={session} room={dialog.room} onClose={onClose} />
    case 'leave-room':
      return <LeaveRoomDialog session={session} room={dialog.room} onClose={onClose} />
    case 'delete-message':
      return <DeleteMessageDialog session={session} target={dialog} onClose={onClose} />
    case 'jump':
      return <JumpDialog session={session} onClose={onClose} />
  }
}

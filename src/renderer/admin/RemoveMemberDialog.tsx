import type { MemberId, SessionId } from '../../protocol/ids.ts'
import { useActions, useAppState } from '../app/context.ts'
import { Confirm } from '../parts/Confirm.tsx'
import { nameOf } from '../store/select.ts'
import { emptySession } from '../store/state.ts'
import { words } from '../words.ts'

interface RemoveMemberDialogProps {
  readonly session: SessionId
  readonly member: MemberId
  readonly ban: boolean
  readonly onClose: () => void
}

export function RemoveMemberDialog({ session, member, ban, onClose }: RemoveMemberDialogProps) {
  const { admin } = useActions()
  const people = useAppState((state) => (state.sessions.get(session) ?? emptySession).people)
  const name = nameOf(people, member)
  return (
    <Confirm
      title={ban ? words.admin.banTitle(name) : words.admin.removeTitle(name)}
      confirm={ban ? words.admin.banConfirm : words.admin.removeConfirm}
      onConfirm={() => (ban ? admin.ban(session, member) : admin.remove(session, member))}
      onClose={onClose}
    >
      <p className="dialog-text">{ban ? words.admin.banText : words.admin.removeText}</p>
    </Confirm>
  )
}

import { Menu } from '@base-ui/react/menu'
import { Ellipsis } from 'lucide-react'
import type { PersonView } from '../../client/views.ts'
import type { SessionId } from '../../protocol/ids.ts'
import type { Role } from '../../protocol/roles.ts'
import { useActions, useAppState } from '../app/context.ts'
import { words } from '../words.ts'
import { givableRoles, mayActOn } from './may.ts'

interface MemberMenuProps {
  readonly session: SessionId
  readonly person: PersonView
  readonly selfRole: Role
}

/** What may be done about a member; nothing is shown where nothing may. */
export function MemberMenu({ session, person, selfRole }: MemberMenuProps) {
  const { admin, navigation } = useActions()
  const from = useAppState((state) => state.dialog)
  if (person.isSelf || !mayActOn(selfRole, person.role)) return null
  const { id: member, name, role } = person
  const askToRemove = (ban: boolean): void =>
    navigation.openDialog({ kind: 'remove-member', session, member, ban, from })
  return (
    <Menu.Root modal={false}>
      <Menu.Trigger className="icon-button" aria-label={words.admin.actionsFor(name)}>
        <Ellipsis size={16} strokeWidth={1.5} aria-hidden="true" />
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner align="end" sideOffset={4} className="float-layer">
          <Menu.Popup className="float">
            {givableRoles(selfRole)
              .filter((other) => other !== role)
              .map((other) => (
                <Menu.Item
                  key={other}
                  className="menu-item"
                  onClick={() => void admin.setRole(session, member, other)}
                >
                  {words.admin.makeRole(other)}
                </Menu.Item>
              ))}
            <Menu.Item className="menu-item" data-look="danger" onClick={() => askToRemove(false)}>
              {words.admin.remove}
            </Menu.Item>
            <Menu.Item className="menu-item" data-look="danger" onClick={() => askToRemove(true)}>
              {words.admin.ban}
            </Menu.Item>
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  )
}

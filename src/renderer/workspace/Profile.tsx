import { Menu } from '@base-ui/react/menu'
import { Ellipsis } from 'lucide-react'
import type { SessionView } from '../../client/views.ts'
import { useActions, useAppState } from '../app/context.ts'
import { Avatar } from '../parts/Avatar.tsx'
import { words } from '../words.ts'

/** Oneself, and whether anything written here still waits. */
export function Profile({ session }: { readonly session: SessionView }) {
  const { navigation } = useActions()
  const name = useAppState((state) => state.app?.profile?.name ?? session.self.name)
  const online = session.connection.state === 'online'
  return (
    <div className="profile">
      <Avatar
        id={session.self.memberId}
        name={name}
        size={1.375}
        presence={online ? 'online' : 'offline'}
      />
      <div className="profile-text">
        <p className="ellipsis" dir="auto">
          {name}
        </p>
        <p className="ellipsis">{words.profile.status(session)}</p>
      </div>
      <Menu.Root modal={false}>
        <Menu.Trigger className="icon-button" aria-label={words.profile.menu}>
          <Ellipsis size={16} strokeWidth={1.5} aria-hidden="true" />
        </Menu.Trigger>
        <Menu.Portal>
          <Menu.Positioner side="top" align="end" sideOffset={4} className="float-layer">
            <Menu.Popup className="float">
              <Menu.Item
                className="menu-item"
                onClick={() => navigation.openDialog({ kind: 'settings' })}
              >
                {words.settings.title}
              </Menu.Item>
              <Menu.Item
                className="menu-item"
                onClick={() => navigation.openDialog({ kind: 'shortcuts' })}
              >
                {words.shortcuts.title}
              </Menu.Item>
            </Menu.Popup>
          </Menu.Positioner>
        </Menu.Portal>
      </Menu.Root>
    </div>
  )
}

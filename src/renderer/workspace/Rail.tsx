import { Menu } from '@base-ui/react/menu'
import { House, Link, Plus } from 'lucide-react'
import type { SessionView } from '../../client/views.ts'
import { useActions, useAppState } from '../app/context.ts'
import { connectionWord } from '../connection/connection-words.ts'
import { isSignedOut } from '../connection/words.ts'
import { avatarColour, initials } from '../parts/avatar-colour.ts'
import { Mark } from '../parts/Mark.tsx'
import { RovingList } from '../parts/RovingList.tsx'
import { Tip } from '../parts/Tip.tsx'
import { words } from '../words.ts'

const NO_SESSIONS: readonly SessionView[] = []

/** Left edge: which session is on screen. */
export function Rail() {
  const sessions = useAppState((state) => state.app?.sessions ?? NO_SESSIONS)
  const active = useAppState((state) => state.activeSession)
  return (
    <nav className="rail" aria-label={words.landmarks.sessions} data-pane="rail">
      <Mark size={2.375} />
      <hr />
      <RovingList className="rail-list">
        {sessions.map((session) => (
          <SessionButton key={session.id} session={session} current={session.id === active} />
        ))}
        <AddSession />
      </RovingList>
    </nav>
  )
}

function SessionButton(props: { readonly session: SessionView; readonly current: boolean }) {
  const { session, current } = props
  const actions = useActions()
  const state = connectionWord(session)
  const label = words.rail.session(session.name, session.unread, state)
  return (
    <Tip text={`${session.name} · ${state}`}>
      <button
        type="button"
        data-roving
        className="rail-session"
        aria-label={label}
        aria-current={current ? 'true' : undefined}
        style={{ background: avatarColour(session.id) }}
        onClick={() => actions.navigation.openSession(session.id)}
      >
        {initials(session.name)}
        <span
          className="rail-dot"
          data-state={isSignedOut(session.connection) ? 'signed-out' : session.connection.state}
        />
        {session.unread > 0 && !current ? (
          <span className="badge" data-look={session.unreadDirect > 0 ? 'accent' : 'plain'}>
            {words.count(session.unread)}
          </span>
        ) : null}
      </button>
    </Tip>
  )
}

function AddSession() {
  const { navigation } = useActions()
  return (
    <Menu.Root modal={false}>
      <Menu.Trigger className="rail-add" aria-label={words.rail.add} data-roving>
        <Plus size={18} strokeWidth={1.5} aria-hidden="true" />
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner side="right" align="start" sideOffset={8} className="float-layer">
          <Menu.Popup className="float">
            <Menu.Item
              className="menu-item"
              onClick={() => navigation.openDialog({ kind: 'host' })}
            >
              <House size={16} strokeWidth={1.5} aria-hidden="true" />
              {words.rail.host}
            </Menu.Item>
            <Menu.Item
              className="menu-item"
              onClick={() => navigation.openDialog({ kind: 'join', invite: '' })}
            >
              <Link size={16} strokeWidth={1.5} aria-hidden="true" />
              {words.rail.join}
            </Menu.Item>
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  )
}

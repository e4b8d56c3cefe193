import { Menu } from '@base-ui/react/menu'
import { ChevronDown } from 'lucide-react'
import { useEffect } from 'react'
import type { SessionView } from '../../client/views.ts'
import { isModerator } from '../admin/may.ts'
import { useActions, useAppState } from '../app/context.ts'
import { isSignedOut } from '../connection/words.ts'
import { words } from '../words.ts'

/** The session's name with its menu, and the badge that says whether this computer hosts it. */
export function SessionHead({ session }: { readonly session: SessionView }) {
  const actions = useActions()
  const hosting = useAppState((state) => state.hosting.get(session.id))

  useEffect(() => {
    // Tells whether this computer has ever hosted the session; «not hosting» is an answer, not a failure.
    void actions.sessions.loadHosting(session.id)
  }, [actions, session.id, session.hosting])

  const people = new Set(hosting?.devices.map((device) => device.memberId) ?? []).size
  const { state } = session.connection
  return (
    <div className="session-head">
      <h1 className="ellipsis" dir="auto">
        {session.name}
      </h1>
      {session.hosting ? (
        <button
          type="button"
          className="chip"
          aria-label={words.session.hostingBadgeName(people)}
          onClick={() => actions.navigation.openDialog({ kind: 'hosting', session: session.id })}
        >
          {words.session.hostingBadge(people)}
        </button>
      ) : state === 'online' ? null : (
        <span
          className="chip"
          data-look={state === 'refused' && !isSignedOut(session.connection) ? 'bad' : 'warning'}
        >
          {words.connection.short(session)}
        </span>
      )}
      <SessionMenu session={session} canResume={!session.hosting && hosting !== undefined} />
    </div>
  )
}

function SessionMenu(props: { readonly session: SessionView; readonly canResume: boolean }) {
  const { session, canResume } = props
  const { navigation, sessions } = useActions()
  const offline = session.connection.state === 'offline'
  return (
    <Menu.Root modal={false}>
      <Menu.Trigger className="icon-button session-menu" aria-label={words.session.menu}>
        <ChevronDown size={16} strokeWidth={1.5} aria-hidden="true" />
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner align="end" sideOffset={4} className="float-layer">
          <Menu.Popup className="float">
            {session.hosting || canResume ? (
              <Menu.Item
                className="menu-item"
                onClick={() => navigation.openDialog({ kind: 'hosting', session: session.id })}
              >
                {session.hosting ? words.session.hostingPanel : words.session.hostAgain}
              </Menu.Item>
            ) : null}
            {session.hosting ? (
              <Menu.Item
                className="menu-item"
                onClick={() => navigation.openDialog({ kind: 'stop-hosting', session: session.id })}
              >
                {words.hosting.stop}
              </Menu.Item>
            ) : null}
            {!session.hosting && isModerator(session.self.role) ? (
              <Menu.Item
                className="menu-item"
                onClick={() => navigation.openDialog({ kind: 'manage', session: session.id })}
              >
                {words.admin.manage}
              </Menu.Item>
            ) : null}
            <Menu.Item
              className="menu-item"
              onClick={() => navigation.openDialog({ kind: 'devices', session: session.id })}
            >
              {words.admin.devices.menu}
            </Menu.Item>
            <Menu.Item
              className="menu-item"
              onClick={() =>
                void (offline ? sessions.connectNow(session.id) : sessions.disconnect(session.id))
              }
            >
              {offline ? words.session.connect : words.session.disconnect}
            </Menu.Item>
            <Menu.Item
              className="menu-item"
              data-look="danger"
              onClick={() => navigation.openDialog({ kind: 'leave-session', session: session.id })}
            >
              {words.session.leave}
            </Menu.Item>
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  )
}

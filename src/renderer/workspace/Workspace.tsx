import { useActions, useAppState, useSession, useSessionView } from '../app/context.ts'
import { useShortcuts } from '../app/use-shortcuts.ts'
import { ConnectionBar } from '../connection/ConnectionBar.tsx'
import { Button } from '../parts/Button.tsx'
import { Details } from '../rooms/Details.tsx'
import { useSignInPrompt } from '../sign-in/use-sign-in-prompt.ts'
import { words } from '../words.ts'
import { Rail } from './Rail.tsx'
import { RoomPane } from './RoomPane.tsx'
import { Sidebar } from './Sidebar.tsx'
import './workspace.css'

/** The three panes. */
export function Workspace() {
  const actions = useActions()
  const details = useAppState((state) => state.details)
  const sidebarOpen = useAppState((state) => state.sidebarOpen)
  const contents = useSession((session) => session.contents)
  const activeRoom = useSession((session) => session.activeRoom)
  const view = useSessionView()
  useShortcuts()
  useSignInPrompt(view)
  if (view === undefined) return null

  const { navigation } = actions
  return (
    <div className="workspace" data-sidebar={sidebarOpen} data-details={details}>
      <Rail />
      <Sidebar session={view} />
      {sidebarOpen ? (
        <button
          type="button"
          className="scrim"
          aria-label={words.sidebar.close}
          onClick={() => navigation.showSidebar(false)}
        />
      ) : null}
      <main className="middle" aria-label={words.landmarks.room}>
        {activeRoom === null ? (
          <>
            <ConnectionBar session={view} />
            <NoRoom session={view.id} contents={contents} isGuest={view.self.role === 'guest'} />
          </>
        ) : (
          <RoomPane key={`${view.id}/${activeRoom}`} session={view} roomId={activeRoom} />
        )}
      </main>
      {details && activeRoom !== null ? <Details key={activeRoom} roomId={activeRoom} /> : null}
    </div>
  )
}

interface NoRoomProps {
  readonly session: Parameters<ReturnType<typeof useActions>['navigation']['openSession']>[0]
  readonly contents: 'absent' | 'loading' | 'loaded' | { readonly problem: string }
  readonly isGuest: boolean
}

function NoRoom({ session, contents, isGuest }: NoRoomProps) {
  const actions = useActions()
  if (typeof contents === 'object') {
    return (
      <div className="empty">
        <h2>{words.session.cannotOpen}</h2>
        <p role="alert">{contents.problem}</p>
        <Button look="primary" onClick={() => actions.navigation.retryContents(session)}>
          {words.tryAgain}
        </Button>
      </div>
    )
  }
  if (contents !== 'loaded') {
    return (
      <div className="empty">
        <p role="status">{words.session.opening}</p>
      </div>
    )
  }
  if (isGuest) {
    return (
      <div className="empty">
        <h2>{words.session.noRooms}</h2>
        <p>{words.session.noRoomsOfGuest}</p>
      </div>
    )
  }
  return (
    <div className="empty">
      <h2>{words.session.noRooms}</h2>
      <p>{words.session.noRoomsText}</p>
      <Button look="primary" onClick={() => actions.navigation.openDialog({ kind: 'new-group' })}>
        {words.rooms.newGroup}
      </Button>
    </div>
  )
}

import { Menu as MenuIcon, PanelRight, Search, Users } from 'lucide-react'
import type { SessionView } from '../../client/views.ts'
import type { RoomId } from '../../protocol/ids.ts'
import { useActions, useAppState, useSession } from '../app/context.ts'
import { Composer } from '../composer/Composer.tsx'
import { ConnectionBar } from '../connection/ConnectionBar.tsx'
import { IconButton } from '../parts/Button.tsx'
import { counterpartOf } from '../store/select.ts'
import { Timeline } from '../timeline/Timeline.tsx'
import { words } from '../words.ts'
import { TypingLine } from './TypingLine.tsx'
import './room-pane.css'

interface RoomPaneProps {
  readonly session: SessionView
  readonly roomId: RoomId
}

const icon = { size: 17, strokeWidth: 1.5, 'aria-hidden': true } as const

/** The middle: header, timeline, composer of the open room. */
export function RoomPane({ session, roomId }: RoomPaneProps) {
  const room = useSession((state) => state.rooms.get(roomId))
  if (room === undefined) return null
  return (
    <>
      <Header roomId={roomId} />
      <ConnectionBar session={session} />
      <Timeline session={session} room={room} />
      <TypingLine room={roomId} />
      {room.left === true ? (
        <p className="room-left">{words.rooms.left}</p>
      ) : (
        <Composer session={session} room={room} />
      )}
    </>
  )
}

function Header({ roomId }: { readonly roomId: RoomId }) {
  const { navigation } = useActions()
  const room = useSession((state) => state.rooms.get(roomId))
  const person = useSession((state) =>
    room === undefined ? undefined : counterpartOf(room, state.people),
  )
  const details = useAppState((state) => state.details)
  const narrowOpen = useAppState((state) => state.sidebarOpen)
  if (room === undefined) return null
  const subtitle = person === undefined ? room.topic : words.presence[person.presence]
  return (
    <header className="room-head">
      <IconButton
        className="show-sidebar"
        label={words.sidebar.open}
        aria-expanded={narrowOpen}
        onClick={() => navigation.showSidebar(true)}
      >
        <MenuIcon {...icon} />
      </IconButton>
      <h1 className="ellipsis" dir="auto">
        {words.rooms.title(room)}
      </h1>
      <p className="ellipsis" dir="auto" title={subtitle}>
        {subtitle}
      </p>
      <IconButton
        label={words.rooms.search}
        onClick={() => navigation.openDialog({ kind: 'jump' })}
      >
        <Search {...icon} />
      </IconButton>
      <IconButton
        className="members-button"
        label={words.rooms.members(room.memberIds.length)}
        onClick={() => navigation.showDetails(true)}
      >
        <Users {...icon} />
        <span aria-hidden="true">{room.memberIds.length}</span>
      </IconButton>
      <IconButton
        label={words.rooms.details}
        aria-expanded={details}
        onClick={() => navigation.showDetails(!details)}
      >
        <PanelRight {...icon} />
      </IconButton>
    </header>
  )
}

import { Compass, Plus, Search } from 'lucide-react'
import { useEffect, useMemo, useRef } from 'react'
import type { SessionView } from '../../client/views.ts'
import { useActions, useAppState, useSession } from '../app/context.ts'
import { IconButton } from '../parts/Button.tsx'
import { RovingList } from '../parts/RovingList.tsx'
import { directsOf, groupsOf, onlineOf } from '../store/select.ts'
import { words } from '../words.ts'
import { OnlinePerson } from './OnlinePerson.tsx'
import { Profile } from './Profile.tsx'
import { RoomRow } from './RoomRow.tsx'
import { SessionHead } from './SessionHead.tsx'
import './sidebar.css'

export function Sidebar({ session }: { readonly session: SessionView }) {
  const { navigation } = useActions()
  const platform = useAppState((state) => state.app?.platform)
  const activeRoom = useSession((state) => state.activeRoom)
  const rooms = useSession((state) => state.rooms)
  const people = useSession((state) => state.people)
  const groups = useMemo(() => groupsOf(rooms), [rooms])
  const directs = useMemo(() => directsOf(rooms), [rooms])
  const online = useMemo(() => onlineOf(people), [people])

  // In a small window it opens over the room, so the focus goes along.
  const open = useAppState((state) => state.sidebarOpen)
  const pane = useRef<HTMLElement>(null)
  useEffect(() => {
    if (open) pane.current?.querySelector<HTMLElement>('[aria-current], [data-roving]')?.focus()
  }, [open])

  return (
    <nav ref={pane} className="sidebar" aria-label={words.landmarks.rooms} data-pane="sidebar">
      <SessionHead session={session} />
      <button
        type="button"
        className="jump-field"
        onClick={() => navigation.openDialog({ kind: 'jump' })}
      >
        <Search size={16} strokeWidth={1.5} aria-hidden="true" />
        <span className="ellipsis">{words.sidebar.jump}</span>
        <kbd>{platform === 'darwin' ? '⌘ K' : 'Ctrl K'}</kbd>
      </button>
      <RovingList className="sidebar-scroll">
        <section aria-labelledby="sidebar-rooms">
          <div className="sidebar-heading">
            <h2 id="sidebar-rooms">{words.sidebar.rooms}</h2>
            <IconButton
              label={words.rooms.browse}
              onClick={() => navigation.openDialog({ kind: 'browse' })}
            >
              <Compass size={15} strokeWidth={1.5} aria-hidden="true" />
            </IconButton>
            <IconButton
              label={words.rooms.newGroup}
              onClick={() => navigation.openDialog({ kind: 'new-group' })}
            >
              <Plus size={15} strokeWidth={1.5} aria-hidden="true" />
            </IconButton>
          </div>
          <ul aria-labelledby="sidebar-rooms">
            {groups.map((room) => (
              <RoomRow
                key={room.id}
                session={session}
                room={room}
                current={room.id === activeRoom}
              />
            ))}
          </ul>
        </section>
        <section aria-labelledby="sidebar-directs">
          <div className="sidebar-heading">
            <h2 id="sidebar-directs">{words.sidebar.directs}</h2>
            <IconButton
              label={words.rooms.newDirect}
              onClick={() => navigation.openDialog({ kind: 'new-direct' })}
            >
              <Plus size={15} strokeWidth={1.5} aria-hidden="true" />
            </IconButton>
          </div>
          <ul aria-labelledby="sidebar-directs">
            {directs.map((room) => (
              <RoomRow
                key={room.id}
                session={session}
                room={room}
                current={room.id === activeRoom}
              />
            ))}
          </ul>
        </section>
        <section aria-labelledby="sidebar-online">
          <div className="sidebar-heading">
            <h2 id="sidebar-online">{words.sidebar.online}</h2>
            <span className="sidebar-count">{online.length}</span>
          </div>
          {online.length === 0 ? (
            <p className="sidebar-note">
              {session.connection.state === 'online'
                ? words.sidebar.alone
                : words.sidebar.presenceUnknown}
            </p>
          ) : (
            <ul aria-labelledby="sidebar-online">
              {online.map((person) => (
                <OnlinePerson key={person.id} session={session.id} person={person} />
              ))}
            </ul>
          )}
        </section>
      </RovingList>
      <Profile session={session} />
    </nav>
  )
}

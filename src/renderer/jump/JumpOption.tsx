import { Hash, Lock, MessageSquare } from 'lucide-react'
import type { ReactNode } from 'react'
import { useNow } from '../app/context.ts'
import { Avatar } from '../parts/Avatar.tsx'
import { nameOf } from '../store/select.ts'
import type { SessionState } from '../store/state.ts'
import { formatMoment } from '../words-format.ts'
import { words } from '../words.ts'
import { highlighted } from './jump-results.ts'
import type { JumpResult } from './jump-results.ts'

interface JumpOptionProps {
  readonly id: string
  readonly result: JumpResult
  readonly people: SessionState['people']
  readonly rooms: SessionState['rooms']
  /** Stands above the first of its kind. */
  readonly heading: string | null
  readonly selected: boolean
  readonly onOpen: () => void
}

const icon = { size: 16, strokeWidth: 1.5, 'aria-hidden': true } as const

export function JumpOption(props: JumpOptionProps) {
  const { id, heading, selected, onOpen } = props
  return (
    <>
      {heading === null ? null : (
        <p className="jump-heading" role="presentation">
          {heading}
        </p>
      )}
      {/* Keys are handled by the field, which keeps the focus. */}
      <button
        type="button"
        id={id}
        role="option"
        tabIndex={-1}
        aria-selected={selected}
        className="jump-option"
        onMouseDown={(event) => event.preventDefault()}
        onClick={onOpen}
      >
        <Content {...props} />
      </button>
    </>
  )
}

function Content({ result, people, rooms }: JumpOptionProps): ReactNode {
  const now = useNow(60_000)
  switch (result.kind) {
    case 'room': {
      const { room, person } = result
      return (
        <>
          {room.kind === 'direct' ? (
            <Avatar
              id={person?.id ?? room.id}
              name={room.name}
              size={1.25}
              presence={person?.presence}
            />
          ) : room.visibility === 'private' ? (
            <Lock {...icon} />
          ) : (
            <Hash {...icon} />
          )}
          <span className="ellipsis" dir="auto">
            {room.name}
          </span>
          <span className="jump-side ellipsis">
            {room.unread > 0 ? words.jump.unread(room.unread) : room.topic}
          </span>
        </>
      )
    }
    case 'person':
      return (
        <>
          <Avatar
            id={result.person.id}
            name={result.person.name}
            size={1.25}
            presence={result.person.presence}
          />
          <span className="ellipsis" dir="auto">
            {result.person.name}
          </span>
          <span className="jump-side">{words.presence[result.person.presence]}</span>
        </>
      )
    case 'session':
      return (
        <>
          <Avatar id={result.session.id} name={result.session.name} size={1.25} />
          <span className="ellipsis" dir="auto">
            {result.session.name}
          </span>
        </>
      )
    case 'message': {
      const { hit } = result
      return (
        <>
          <MessageSquare {...icon} />
          <span className="jump-message">
            <span className="ellipsis" dir="auto">
              {highlighted(hit.excerpt, hit.ranges).map((piece, index) =>
                piece.match ? <mark key={index}>{piece.text}</mark> : piece.text,
              )}
            </span>
            <span className="jump-where ellipsis">
              {nameOf(people, hit.author)} · {rooms.get(hit.roomId)?.name ?? ''} ·{' '}
              {formatMoment(hit.at, now)}
            </span>
          </span>
        </>
      )
    }
  }
}

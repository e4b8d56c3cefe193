import { memo, useState } from 'react'
import type { MessageView } from '../../client/views.ts'
import { useNow } from '../app/context.ts'
import { Markdown } from '../markdown/Markdown.tsx'
import { mentionedIn } from '../markdown/mentions.ts'
import { Avatar } from '../parts/Avatar.tsx'
import { formatFull, formatTime } from '../words-format.ts'
import { words } from '../words.ts'
import { MessageActions } from './MessageActions.tsx'
import { MessageStatus } from './MessageStatus.tsx'
import { Quote } from './Quote.tsx'
import { Reactions } from './Reactions.tsx'
import { useRoomContext } from './room-context.ts'
import type { OwnStatus } from './rows.ts'

interface MessageRowProps {
  readonly message: MessageView
  readonly head: boolean
  readonly status: OwnStatus | undefined
  readonly picking: boolean
  readonly highlighted: boolean
}

export const MessageRow = memo(function MessageRow(props: MessageRowProps) {
  const { message, head, status, picking, highlighted } = props
  const room = useRoomContext()
  const [near, setNear] = useState(false)
  const author = room.name(message.author)
  const own = message.author === room.self
  const mentionsMe =
    !own && mentionedIn(message.text, room.markdown.mentions).includes(room.markdown.self)
  const active = (near || picking) && !message.deleted

  return (
    <article
      className="message"
      tabIndex={-1}
      data-message={message.id}
      data-head={head}
      data-mention={mentionsMe}
      data-active={active}
      data-highlighted={highlighted}
      data-state={message.state.kind}
      aria-label={words.message.label(author, message, status)}
      onMouseEnter={() => setNear(true)}
      onMouseLeave={() => setNear(false)}
      onFocus={() => setNear(true)}
      onBlur={(event) => setNear(event.currentTarget.contains(event.relatedTarget))}
    >
      <div className="message-gutter">
        {head ? (
          <Avatar id={message.author} name={author} size={2.25} />
        ) : (
          <time dateTime={new Date(message.at).toISOString()}>{formatTime(message.at)}</time>
        )}
      </div>
      <div className="message-body">
        {head ? (
          <p className="message-head">
            <strong dir="auto">{author}</strong>
            <time dateTime={new Date(message.at).toISOString()} title={formatFull(message.at)}>
              {formatTime(message.at)}
            </time>
          </p>
        ) : null}
        {message.replyTo === undefined ? null : <Quote id={message.replyTo} />}
        {message.deleted ? (
          <p className="message-deleted">{words.message.deleted}</p>
        ) : (
          <Markdown text={message.text} context={room.markdown} />
        )}
        <MessageStatus message={message} status={status} />
        {message.reactions.length > 0 ? <Reactions message={message} /> : null}
      </div>
      {active ? <MessageActions message={message} own={own} picking={picking} /> : null}
    </article>
  )
})

/** Its own component, so that only dividers are drawn again when the day changes. */
export function DayDivider({ at }: { readonly at: number }) {
  const now = useNow(60_000)
  return (
    <div className="divider" role="separator" aria-label={words.day(at, now)}>
      <span>{words.day(at, now)}</span>
    </div>
  )
}

export function UnreadLine() {
  return (
    <div className="divider" data-look="unread" role="separator" aria-label={words.timeline.unread}>
      <span>{words.timeline.unread}</span>
    </div>
  )
}

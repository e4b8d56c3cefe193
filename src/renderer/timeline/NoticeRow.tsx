import { memo } from 'react'
import type { NoticeView } from '../../client/views.ts'
import { formatTime } from '../words-format.ts'
import { words } from '../words.ts'
import { useRoomContext } from './room-context.ts'

/** A line between messages: somebody joined, left, or changed the room. */
export const NoticeRow = memo(function NoticeRow({ notice }: { readonly notice: NoticeView }) {
  const { name } = useRoomContext()
  return (
    <p className="notice">
      <span dir="auto">{words.notice(notice.event, name)}</span>
      <time dateTime={new Date(notice.at).toISOString()}>{formatTime(notice.at)}</time>
    </p>
  )
})

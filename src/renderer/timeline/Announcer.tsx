import { useEffect, useRef, useState } from 'react'
import type { MessageView, TimelineItem } from '../../client/views.ts'
import type { MemberId, RoomId } from '../../protocol/ids.ts'
import { words } from '../words.ts'
import { newestSeq } from './rows.ts'
import { useRoomContext } from './room-context.ts'

interface AnnouncerProps {
  readonly room: RoomId
  readonly items: readonly TimelineItem[]
  readonly self: MemberId
}

/** More than this at once is summed up: nobody can listen to a catch-up. */
const READ_OUT = 3

/** Says new messages of the open room to screen readers, without moving anything. */
export function Announcer({ room, items, self }: AnnouncerProps) {
  const { name } = useRoomContext()
  const [text, setText] = useState('')
  const last = useRef<number | null>(null)

  useEffect(() => {
    const newest = newestSeq(items)
    const before = last.current
    last.current = Math.max(before ?? 0, newest)
    // What is there when the room opens is read at the person's own pace.
    if (before === null || before === 0 || newest <= before) return
    const arrived = items.filter(
      (item): item is MessageView =>
        item.type === 'message' &&
        item.seq !== null &&
        item.seq > before &&
        item.author !== self &&
        !item.deleted,
    )
    if (arrived.length === 0) return
    setText(
      arrived.length > READ_OUT
        ? words.timeline.arrived(arrived.length)
        : arrived.map((message) => `${name(message.author)}: ${message.text}`).join('\n'),
    )
  }, [items, room, self, name])

  return (
    <div className="unseen" aria-live="polite" aria-atomic="true">
      {text}
    </div>
  )
}

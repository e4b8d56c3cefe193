import { useMemo, useRef, useState } from 'react'
import { Virtualizer } from 'virtua'
import type { VirtualizerHandle } from 'virtua'
import type { RoomView, SessionView } from '../../client/views.ts'
import type { MemberId, MessageId } from '../../protocol/ids.ts'
import { useActions, useAppState, useSession } from '../app/context.ts'
import { Button } from '../parts/Button.tsx'
import { emptyTimeline } from '../store/state.ts'
import { words } from '../words.ts'
import { Announcer } from './Announcer.tsx'
import { Beginning } from './Beginning.tsx'
import { DayDivider, MessageRow, UnreadLine } from './MessageRow.tsx'
import { NewestPill } from './NewestPill.tsx'
import { NoticeRow } from './NoticeRow.tsx'
import { RoomContext, useRoomContextValue } from './room-context.ts'
import { ownStatuses, rowsOf } from './rows.ts'
import type { Row } from './rows.ts'
import { useAttention } from './use-attention.ts'
import { useMessageFocus } from './use-message-focus.ts'
import { useOlderPages } from './use-older-pages.ts'
import { useReveal } from './use-reveal.ts'
import { usePrepended, useStickToNewest } from './use-stick-to-newest.ts'
import './timeline.css'
import './message.css'

const NO_READS: ReadonlyMap<MemberId, number> = new Map()

interface TimelineProps {
  readonly session: SessionView
  readonly room: RoomView
}

export function Timeline({ session, room }: TimelineProps) {
  const self = session.self.memberId
  const timeline = useSession((state) => state.timelines.get(room.id)) ?? emptyTimeline
  const reads = useSession((state) => state.reads.get(room.id)) ?? NO_READS
  const unreadAfter = useSession((state) => state.unreadAfter.get(room.id))
  const [picking, setPicking] = useState<MessageId | null>(null)

  const { items } = timeline
  const rows = useMemo(() => rowsOf(items, unreadAfter, self), [items, unreadAfter, self])
  const statuses = useMemo(() => ownStatuses(items, self, reads), [items, self, reads])
  const context = useRoomContextValue(session.id, self, room, setPicking)

  const scroller = useRef<HTMLDivElement>(null)
  const list = useRef<VirtualizerHandle>(null)
  const shift = usePrepended(rows)
  const stick = useStickToNewest(scroller, rows, self)
  const focus = useMessageFocus({ scroller, list, rows, context, setPicking })
  const older = useOlderPages(session.id, room.id, timeline, scroller)
  const { release } = stick
  const highlighted = useReveal({ room: room.id, rows, list, release })
  useAttention({ session: session.id, room, timeline, atNewest: stick.atNewest })

  const onScroll = (): void => {
    stick.onScroll()
    older.onScroll()
  }

  const drawRow = (row: Row, index: number) => (
    <div
      role="listitem"
      key={row.item.id}
      className="timeline-row"
      data-last={index === rows.length - 1}
    >
      {index === 0 && timeline.older === 'none' ? <Beginning room={room} /> : null}
      {row.newDay ? <DayDivider at={row.item.at} /> : null}
      {row.unreadLine ? <UnreadLine /> : null}
      {row.item.type === 'message' ? (
        <MessageRow
          message={row.item}
          head={row.head}
          status={statuses.get(row.item.id)}
          picking={picking === row.item.id}
          highlighted={highlighted === row.item.id}
        />
      ) : (
        <NoticeRow notice={row.item} />
      )}
    </div>
  )

  return (
    <RoomContext value={context}>
      <div className="timeline" data-pane="timeline">
        <OlderStatus timeline={timeline} near={older.near} onRetry={older.retry} />
        <div
          ref={scroller}
          className="timeline-scroller"
          role="list"
          tabIndex={0}
          aria-label={words.timeline.label(room.name)}
          aria-busy={timeline.loading === 'newest'}
          onKeyDown={focus.onKeyDown}
          onFocus={focus.onFocus}
        >
          <div className="timeline-spacer" aria-hidden="true" />
          {rows.length === 0 ? (
            <NothingYet room={room} timeline={timeline} />
          ) : (
            <Virtualizer
              ref={list}
              scrollRef={scroller}
              data={rows}
              shift={shift}
              keepMounted={focus.kept}
              onScroll={onScroll}
              onResize={stick.onResize}
            >
              {drawRow}
            </Virtualizer>
          )}
        </div>
        {stick.atNewest ? null : (
          <NewestPill items={items} self={self} seenSeq={stick.seenSeq} onJump={stick.jump} />
        )}
        <Announcer room={room.id} items={items} self={self} />
      </div>
    </RoomContext>
  )
}

interface NothingYetProps {
  readonly room: RoomView
  readonly timeline: typeof emptyTimeline
}

function NothingYet({ room, timeline }: NothingYetProps) {
  const actions = useActions()
  const session = useAppState((state) => state.activeSession)
  if (timeline.problem !== null && session !== null) {
    return (
      <div className="timeline-note" role="listitem">
        <p role="alert">{timeline.problem}</p>
        <Button onClick={() => void actions.timeline.loadNewest(session, room.id)}>
          {words.tryAgain}
        </Button>
      </div>
    )
  }
  if (timeline.stale) {
    return (
      <div className="timeline-note" role="listitem">
        <p role="status">{words.timeline.loading}</p>
      </div>
    )
  }
  return (
    <div role="listitem">
      <Beginning room={room} />
    </div>
  )
}

interface OlderStatusProps {
  readonly timeline: typeof emptyTimeline
  readonly near: boolean
  readonly onRetry: () => void
}

/** Floats over the top, so that nothing moves when it comes and goes. */
function OlderStatus({ timeline, near, onRetry }: OlderStatusProps) {
  const { older, loading, problem, items } = timeline
  if (!near || items.length === 0) return null
  if (loading === 'older') {
    return (
      <div className="timeline-older" role="status">
        {words.timeline.loadingOlder}
      </div>
    )
  }
  if (problem === null && older !== 'unreachable') return null
  return (
    <div className="timeline-older" role="status">
      <span>{problem ?? words.timeline.unreachable}</span>
      <Button onClick={onRetry}>{words.tryAgain}</Button>
    </div>
  )
}

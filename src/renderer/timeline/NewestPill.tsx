import { ArrowDown } from 'lucide-react'
import type { TimelineItem } from '../../client/views.ts'
import type { MemberId } from '../../protocol/ids.ts'
import { words } from '../words.ts'
import { arrivedAfter } from './rows.ts'

interface NewestPillProps {
  readonly items: readonly TimelineItem[]
  readonly self: MemberId
  readonly seenSeq: number
  readonly onJump: () => void
}

export function NewestPill({ items, self, seenSeq, onJump }: NewestPillProps) {
  const count = arrivedAfter(items, seenSeq, self)
  return (
    <button type="button" className="newest-pill" data-new={count > 0} onClick={onJump}>
      <ArrowDown size={14} strokeWidth={1.5} aria-hidden="true" />
      {words.timeline.jumpToNewest(count)}
    </button>
  )
}

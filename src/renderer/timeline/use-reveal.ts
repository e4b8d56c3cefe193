import { useEffect, useRef, useState } from 'react'
import type { RefObject } from 'react'
import type { VirtualizerHandle } from 'virtua'
import type { MessageId, RoomId } from '../../protocol/ids.ts'
import { useClock } from '../app/context.ts'
import type { AppState } from '../store/state.ts'
import type { Row } from './rows.ts'
import type { StickToNewest } from './use-stick-to-newest.ts'

const HIGHLIGHT_MS = 2_500

interface Reveal {
  readonly room: RoomId
  readonly rows: readonly Row[]
  readonly list: RefObject<VirtualizerHandle | null>
  readonly stick: StickToNewest
  readonly reveal: AppState['reveal']
}

/** Brings the wished message to the middle and marks it for a moment; returns which one is marked. */
export function useReveal({ room, rows, list, stick, reveal }: Reveal): MessageId | null {
  const clock = useClock()
  const [highlighted, setHighlighted] = useState<MessageId | null>(null)
  const done = useRef(0)
  const { release } = stick

  useEffect(() => {
    if (reveal === null || reveal.room !== room || reveal.count === done.current) return
    const index = rows.findIndex((row) => row.item.id === reveal.message)
    if (index < 0) return
    done.current = reveal.count
    release()
    list.current?.scrollToIndex(index, { align: 'center' })
    setHighlighted(reveal.message)
  }, [reveal, room, rows, list, release])

  useEffect(() => {
    if (highlighted === null) return
    return clock.after(HIGHLIGHT_MS, () => setHighlighted(null))
  }, [clock, highlighted])

  return highlighted
}

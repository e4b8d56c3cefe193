import { useEffect, useRef } from 'react'
import type { RefObject } from 'react'
import type { VirtualizerHandle } from 'virtua'
import type { MessageId, RoomId } from '../../protocol/ids.ts'
import { useActions, useAppState, useClock } from '../app/context.ts'
import type { Row } from './rows.ts'

const HIGHLIGHT_MS = 2_500

interface Reveal {
  readonly room: RoomId
  readonly rows: readonly Row[]
  readonly list: RefObject<VirtualizerHandle | null>
  readonly release: () => void
}

/** Brings the wished message to the middle and marks it for a moment; returns which one is marked. */
export function useReveal({ room, rows, list, release }: Reveal): MessageId | null {
  const { navigation } = useActions()
  const clock = useClock()
  const wish = useAppState((state) => (state.reveal?.room === room ? state.reveal : null))
  const done = useRef(0)

  useEffect(() => {
    if (wish === null || wish.count === done.current) return
    const index = rows.findIndex((row) => row.item.id === wish.message)
    if (index < 0) return
    done.current = wish.count
    release()
    list.current?.scrollToIndex(index, { align: 'center' })
  }, [wish, rows, list, release])

  useEffect(() => {
    if (wish === null) return
    return clock.after(HIGHLIGHT_MS, () => navigation.revealed(wish.count))
  }, [clock, navigation, wish])

  return wish?.message ?? null
}

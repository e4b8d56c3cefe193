import { useLayoutEffect, useRef, useState } from 'react'
import type { RefObject } from 'react'
import type { MemberId } from '../../protocol/ids.ts'
import { newestSeq } from './rows.ts'
import type { Row } from './rows.ts'

/** Closer to the end than this counts as being there. */
const NEAR_PX = 24

/**
 * True for rows of which some were put in front of the ones drawn before: the list then keeps its
 * distance to the end instead of the start, and what is on screen does not move.
 */
export function usePrepended(rows: readonly Row[]): boolean {
  const [drawn, setDrawn] = useState({ rows, prepended: false })
  if (drawn.rows === rows) return drawn.prepended
  const first = drawn.rows[0]?.item.id
  const prepended =
    first !== undefined && rows[0]?.item.id !== first && rows.some((row) => row.item.id === first)
  setDrawn({ rows, prepended })
  return prepended
}

export interface StickToNewest {
  readonly atNewest: boolean
  /** Newest number that was on screen; what is newer is counted on the pill. */
  readonly seenSeq: number
  readonly onScroll: () => void
  readonly onResize: () => void
  readonly jump: () => void
  /** The person goes somewhere else in the timeline: new rows no longer pull to the end. */
  readonly release: () => void
}

/** Keeps the newest row on screen while the person is there, and leaves them alone when they are not. */
export function useStickToNewest(
  scroller: RefObject<HTMLDivElement | null>,
  rows: readonly Row[],
  self: MemberId,
): StickToNewest {
  const stuck = useRef(true)
  const [atNewest, setAtNewest] = useState(true)
  const [seenSeq, setSeenSeq] = useState(0)

  const newest = newestSeq(rows.slice(-20).map((row) => row.item))
  if (atNewest && newest > seenSeq) setSeenSeq(newest)

  const last = rows.at(-1)?.item
  const lastId = last?.id
  // What one has just written is always shown.
  const written =
    last?.type === 'message' && last.author === self && last.seq === null ? last.id : null
  const [shown, setShown] = useState(written)
  if (written !== null && written !== shown) {
    setShown(written)
    setAtNewest(true)
  }

  const toEnd = (): void => {
    const element = scroller.current
    element?.scrollTo({ top: element.scrollHeight })
  }
  const onResize = (): void => {
    if (stuck.current) toEnd()
  }

  useLayoutEffect(() => {
    if (written !== null) stuck.current = true
    const element = scroller.current
    if (stuck.current) element?.scrollTo({ top: element.scrollHeight })
  }, [lastId, written, scroller])

  // The composer grows and the window shrinks without any row changing.
  useLayoutEffect(() => {
    const element = scroller.current
    if (element === null || typeof ResizeObserver === 'undefined') return
    const observer = new ResizeObserver(() => {
      if (stuck.current) element.scrollTo({ top: element.scrollHeight })
    })
    observer.observe(element)
    return () => observer.disconnect()
  }, [scroller])

  return {
    atNewest,
    seenSeq,
    onResize,
    onScroll() {
      const element = scroller.current
      if (element === null) return
      const near = element.scrollHeight - element.clientHeight - element.scrollTop < NEAR_PX
      stuck.current = near
      setAtNewest(near)
    },
    jump() {
      stuck.current = true
      setAtNewest(true)
      toEnd()
    },
    release() {
      stuck.current = false
    },
  }
}

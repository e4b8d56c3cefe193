import { useCallback, useLayoutEffect, useRef, useState } from 'react'
import type { RefObject } from 'react'
import type { MemberId, MessageId } from '../../protocol/ids.ts'
import { newestSeq } from './rows.ts'
import type { Row } from './rows.ts'

/** Closer to the end than this counts as being there. */
const NEAR_PX = 24

/**
 * True in the one drawing in which rows were put in front: the list then keeps its distance to the end
 * instead of the start, and what is on screen does not move.
 */
export function usePrepended(rows: readonly Row[]): boolean {
  const first = useRef<MessageId | null>(null)
  const id = rows[0]?.item.id ?? null
  const before = first.current
  const prepended = before !== null && before !== id && rows.some((row) => row.item.id === before)
  useLayoutEffect(() => {
    first.current = id
  }, [id])
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
  const newest = newestSeq(rows.map((row) => row.item).slice(-20))

  const toEnd = useCallback(() => {
    const element = scroller.current
    if (element !== null) element.scrollTop = element.scrollHeight
  }, [scroller])

  const onScroll = useCallback(() => {
    const element = scroller.current
    if (element === null) return
    const near = element.scrollHeight - element.clientHeight - element.scrollTop < NEAR_PX
    stuck.current = near
    setAtNewest(near)
  }, [scroller])

  const onResize = useCallback(() => {
    if (stuck.current) toEnd()
  }, [toEnd])

  const jump = useCallback(() => {
    stuck.current = true
    setAtNewest(true)
    toEnd()
  }, [toEnd])

  const release = useCallback(() => {
    stuck.current = false
  }, [])

  const last = rows.at(-1)?.item
  const lastId = last?.id
  const ownUnsent = last?.type === 'message' && last.author === self && last.seq === null
  useLayoutEffect(() => {
    // What one has just written is always shown.
    if (ownUnsent) {
      stuck.current = true
      setAtNewest(true)
    }
    if (stuck.current) toEnd()
  }, [lastId, ownUnsent, toEnd])

  useLayoutEffect(() => {
    if (atNewest) setSeenSeq((before) => Math.max(before, newest))
  }, [atNewest, newest])

  // The composer grows and the window shrinks without any row changing.
  useLayoutEffect(() => {
    const element = scroller.current
    if (element === null || typeof ResizeObserver === 'undefined') return
    const observer = new ResizeObserver(onResize)
    observer.observe(element)
    return () => observer.disconnect()
  }, [scroller, onResize])

  return { atNewest, seenSeq, onScroll, onResize, jump, release }
}

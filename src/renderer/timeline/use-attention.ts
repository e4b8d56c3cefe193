import { useEffect, useState } from 'react'
import type { RoomView } from '../../client/views.ts'
import type { SessionId } from '../../protocol/ids.ts'
import { useActions } from '../app/context.ts'
import type { TimelineState } from '../store/state.ts'

/** Whether the window is the one the person types into. */
export function useWindowFocus(): boolean {
  const [focused, setFocused] = useState(() => document.hasFocus())
  useEffect(() => {
    const update = (): void => setFocused(document.hasFocus())
    window.addEventListener('focus', update)
    window.addEventListener('blur', update)
    return () => {
      window.removeEventListener('focus', update)
      window.removeEventListener('blur', update)
    }
  }, [])
  return focused
}

interface Attention {
  readonly session: SessionId
  readonly room: RoomView
  readonly timeline: TimelineState
  readonly atNewest: boolean
}

/** Reading means: the window has focus and the newest message is on screen. Only then is it said (D18). */
export function useAttention({ session, room, timeline, atNewest }: Attention): void {
  const { navigation, messages } = useActions()
  const focused = useWindowFocus()
  const attentive = focused && atNewest && !timeline.stale
  const { headSeq, readSeq, id } = room

  useEffect(() => {
    navigation.setAttentive(attentive)
    return () => navigation.setAttentive(false)
  }, [navigation, attentive])

  useEffect(() => {
    if (attentive && headSeq > readSeq) messages.markRead(session, id, headSeq)
  }, [attentive, messages, session, id, headSeq, readSeq])
}

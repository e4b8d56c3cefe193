import type { KeyboardEvent } from 'react'
import type { RoomView, SessionView } from '../../client/views.ts'
import { useActions, useGetState } from '../app/context.ts'
import { isMessage, sessionOf } from '../store/state.ts'
import type { ComposeMode } from '../store/state.ts'
import type { Mentions } from './use-mentions.ts'

interface ComposerKeys {
  readonly session: SessionView
  readonly room: RoomView
  readonly text: string
  readonly mode: ComposeMode
  readonly mentions: Mentions
  readonly submit: () => void
  readonly cancel: () => void
  readonly format: (marker: string) => void
}

const MARKERS: Readonly<Record<string, string>> = { b: '**', i: '*', e: '`' }

export function useComposerKeys(options: ComposerKeys): (event: KeyboardEvent) => void {
  const { session, room, text, mode, mentions, submit, cancel, format } = options
  const { messages } = useActions()
  const getState = useGetState()

  /** Up in an empty composer edits the newest own message that can still be edited. */
  function editLast(): boolean {
    const items = sessionOf(getState(), session.id).timelines.get(room.id)?.items ?? []
    const last = items.findLast(
      (item) =>
        isMessage(item) &&
        item.author === session.self.memberId &&
        !item.deleted &&
        item.state.kind !== 'failed',
    )
    if (last === undefined || !isMessage(last)) return false
    messages.compose(session.id, room.id, { kind: 'edit', message: last.id, text: last.text })
    return true
  }

  return (event) => {
    // While an input method composes, Enter and the arrows belong to it.
    if (event.nativeEvent.isComposing) return
    if (mentions.onKeyDown(event)) return
    const command = event.ctrlKey || event.metaKey
    const marker = MARKERS[event.key.toLowerCase()]
    if (command && !event.shiftKey && !event.altKey && marker !== undefined) {
      event.preventDefault()
      return format(marker)
    }
    if (event.key === 'Enter' && !event.shiftKey && !event.altKey) {
      event.preventDefault()
      return submit()
    }
    if (event.key === 'Escape' && mode.kind !== 'new') {
      event.preventDefault()
      return cancel()
    }
    if (event.key === 'ArrowUp' && text === '' && mode.kind === 'new' && editLast()) {
      event.preventDefault()
    }
  }
}

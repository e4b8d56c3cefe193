import { useLayoutEffect, useMemo, useRef, useState } from 'react'
import type { FocusEvent, KeyboardEvent, RefObject } from 'react'
import type { VirtualizerHandle } from 'virtua'
import type { MessageView } from '../../client/views.ts'
import type { MessageId } from '../../protocol/ids.ts'
import { useActions } from '../app/context.ts'
import { focusComposer } from '../composer/focus-composer.ts'
import type { RoomContextValue } from './room-context.ts'
import type { Row } from './rows.ts'

interface MessageFocusOptions {
  readonly scroller: RefObject<HTMLDivElement | null>
  readonly list: RefObject<VirtualizerHandle | null>
  readonly rows: readonly Row[]
  readonly context: RoomContextValue
  readonly setPicking: (message: MessageId | null) => void
}

export interface MessageFocus {
  /** The focused row stays mounted when it is scrolled away, so that focus is never lost. */
  readonly kept: readonly number[]
  readonly onKeyDown: (event: KeyboardEvent) => void
  readonly onFocus: (event: FocusEvent) => void
}

/** The message an element belongs to. Pickers and menus are drawn elsewhere and belong to none. */
const idOf = (target: EventTarget | null): string | undefined =>
  target instanceof Element
    ? target.closest<HTMLElement>('[data-message]')?.dataset['message']
    : undefined

/** Arrow keys walk through the messages; single keys act on the one that has focus. */
export function useMessageFocus(options: MessageFocusOptions): MessageFocus {
  const { scroller, list, rows, context, setPicking } = options
  const { messages, sessions, navigation } = useActions()
  const { session, room, self } = context
  const [focused, setFocused] = useState<MessageId | null>(null)
  const wanted = useRef<MessageId | null>(null)

  const index = rows.findIndex((row) => row.item.id === focused)
  const kept = useMemo(() => (index < 0 ? [] : [index]), [index])

  const giveFocus = (id: MessageId): boolean => {
    const element = scroller.current?.querySelector<HTMLElement>(`[data-message="${id}"]`)
    if (element == null) return false
    list.current?.scrollToIndex(
      rows.findIndex((row) => row.item.id === id),
      { align: 'nearest' },
    )
    element.focus({ preventScroll: true })
    return true
  }

  // A row that was not mounted is mounted by the same drawing that made it the kept one.
  useLayoutEffect(() => {
    const id = wanted.current
    wanted.current = null
    if (id !== null) giveFocus(id)
  })

  function move(from: number, step: 1 | -1): boolean {
    for (let at = from; at >= 0 && at < rows.length; at += step) {
      const item = rows[at]?.item
      if (item?.type !== 'message') continue
      if (!giveFocus(item.id)) wanted.current = item.id
      setFocused(item.id)
      return true
    }
    return false
  }

  function act(key: string, message: MessageView): boolean {
    const own = message.author === self
    const usable = !message.deleted && message.state.kind !== 'failed'
    switch (key) {
      case 'r':
      case 'R':
        if (!usable) return false
        messages.compose(session, room, { kind: 'reply', to: message.id })
        focusComposer()
        return true
      case 'e':
      case 'E':
        if (!usable || !own) return false
        messages.compose(session, room, { kind: 'edit', message: message.id, text: message.text })
        focusComposer()
        return true
      case '+':
        if (usable) setPicking(message.id)
        return usable
      case 'c':
      case 'C':
        if (!message.deleted) void sessions.copy(message.text)
        return !message.deleted
      case 'Delete':
        if (usable && own)
          navigation.openDialog({ kind: 'delete-message', room, message: message.id })
        return usable && own
      default:
        return false
    }
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (event.altKey || event.ctrlKey || event.metaKey) return
    const onList = event.target === scroller.current
    const id = idOf(event.target)
    if (!onList && id === undefined) return
    const at = rows.findIndex((row) => row.item.id === id)
    if (runKey(event.key, at)) event.preventDefault()
  }

  function runKey(key: string, at: number): boolean {
    const last = rows.length - 1
    if (key === 'Escape') {
      focusComposer()
      return true
    }
    if (key === 'ArrowUp') return move(at < 0 ? last : at - 1, -1)
    if (key === 'ArrowDown') {
      if (at >= 0 && !move(at + 1, 1)) focusComposer()
      return at >= 0
    }
    if (key === 'End') return move(last, -1)
    if (key === 'Home') return move(0, 1)
    const item = rows[at]?.item
    return item?.type === 'message' && act(key, item)
  }

  function onFocus(event: FocusEvent): void {
    const id = idOf(event.target)
    if (id !== undefined) setFocused(id as MessageId)
  }

  return { kept, onKeyDown, onFocus }
}

import { useCallback, useId, useMemo, useState } from 'react'
import type { KeyboardEvent, RefObject, SyntheticEvent } from 'react'
import type { PersonView, RoomView } from '../../client/views.ts'
import { useSession } from '../app/context.ts'
import { findMention, matchingPeople } from './mention-search.ts'

interface MentionsOptions {
  readonly room: RoomView
  readonly text: string
  readonly input: RefObject<HTMLTextAreaElement | null>
  readonly setText: (text: string) => void
}

export interface Mentions {
  readonly open: boolean
  readonly listId: string
  readonly people: readonly PersonView[]
  readonly active: number
  readonly choose: (person: PersonView) => void
  readonly close: () => void
  readonly onSelect: (event: SyntheticEvent<HTMLTextAreaElement>) => void
  /** True when the key was meant for the list. */
  readonly onKeyDown: (event: KeyboardEvent) => boolean
}

/** Suggests people of the room while a word that starts with @ is being written. */
export function useMentions({ room, text, input, setText }: MentionsOptions): Mentions {
  const people = useSession((state) => state.people)
  const listId = useId()
  const [caret, setCaret] = useState(0)
  const [active, setActive] = useState(0)
  /** The @ for which the list was sent away with Escape. */
  const [dismissed, setDismissed] = useState<number | null>(null)

  const mention = useMemo(() => findMention(text, caret), [text, caret])
  const found = useMemo(() => {
    if (mention === null) return []
    const members = room.memberIds
      .map((id) => people.get(id))
      .filter((person): person is PersonView => person !== undefined && !person.isSelf)
    return matchingPeople(members, mention.query)
  }, [mention, room.memberIds, people])

  const open = mention !== null && found.length > 0 && dismissed !== mention.start

  const close = useCallback(() => setDismissed(mention?.start ?? null), [mention])

  const choose = useCallback(
    (person: PersonView) => {
      if (mention === null) return
      const piece = `@${person.name} `
      setText(text.slice(0, mention.start) + piece + text.slice(caret))
      const at = mention.start + piece.length
      setCaret(at)
      setActive(0)
      requestAnimationFrame(() => {
        input.current?.focus()
        input.current?.setSelectionRange(at, at)
      })
    },
    [mention, text, caret, setText, input],
  )

  const onSelect = useCallback((event: SyntheticEvent<HTMLTextAreaElement>) => {
    const at = event.currentTarget.selectionStart
    setCaret((before) => {
      if (before !== at) setActive(0)
      return at
    })
  }, [])

  function onKeyDown(event: KeyboardEvent): boolean {
    if (!open) {
      if (event.key === '@') setDismissed(null)
      return false
    }
    const current = found[Math.min(active, found.length - 1)]
    switch (event.key) {
      case 'ArrowDown':
        setActive((active + 1) % found.length)
        break
      case 'ArrowUp':
        setActive((active + found.length - 1) % found.length)
        break
      case 'Enter':
      case 'Tab':
        if (event.shiftKey || current === undefined) return false
        choose(current)
        break
      case 'Escape':
        close()
        break
      default:
        return false
    }
    event.preventDefault()
    event.stopPropagation()
    return true
  }

  return { open, listId, people: found, active, choose, close, onSelect, onKeyDown }
}

import { useMemo, useRef, useState } from 'react'
import type { KeyboardEvent } from 'react'
import type { SessionView } from '../../client/views.ts'
import type { SessionId } from '../../protocol/ids.ts'
import { useActions, useAppState } from '../app/context.ts'
import { Modal } from '../parts/Modal.tsx'
import { sessionOf } from '../store/state.ts'
import { words } from '../words.ts'
import { JumpOption } from './JumpOption.tsx'
import { jumpResults } from './jump-results.ts'
import type { JumpResult } from './jump-results.ts'
import { useMessageSearch } from './use-message-search.ts'
import './jump.css'

interface JumpDialogProps {
  readonly session: SessionId
  readonly onClose: () => void
}

const NO_SESSIONS: readonly SessionView[] = []
const HEADINGS = {
  room: words.jump.rooms,
  person: words.jump.people,
  session: words.jump.sessions,
  message: words.jump.messages,
} as const
const optionId = (index: number): string => `jump-option-${index}`

/** One field that leads everywhere. Focus stays in it; the arrow keys walk through the results. */
export function JumpDialog({ session, onClose }: JumpDialogProps) {
  const { navigation, rooms, tell } = useActions()
  const state = useAppState((app) => sessionOf(app, session))
  const sessions = useAppState((app) => app.app?.sessions ?? NO_SESSIONS)
  const [query, setQuery] = useState('')
  const [active, setActive] = useState(0)
  const input = useRef<HTMLInputElement>(null)
  const { hits, searching, problem } = useMessageSearch(session, query)
  const results = useMemo(
    () => jumpResults({ query: query.trim(), session: state, sessions, current: session, hits }),
    [query, state, sessions, session, hits],
  )
  const selected = Math.min(active, results.length - 1)

  async function open(result: JumpResult | undefined): Promise<void> {
    if (result === undefined) return
    onClose()
    switch (result.kind) {
      case 'room':
        return navigation.openRoom(session, result.room.id)
      case 'session':
        return navigation.openSession(result.session.id)
      case 'message':
        return navigation.reveal(session, result.hit.roomId, result.hit.messageId)
      case 'person': {
        const outcome = await rooms.openDirect(session, [result.person.id])
        if (!outcome.ok) tell(outcome.failure.message)
      }
    }
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (event.nativeEvent.isComposing || results.length === 0) return
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (step !== 0) {
      event.preventDefault()
      const next = (selected + step + results.length) % results.length
      setActive(next)
      document.getElementById(optionId(next))?.scrollIntoView({ block: 'nearest' })
    } else if (event.key === 'Enter') {
      event.preventDefault()
      void open(results[selected])
    }
  }

  return (
    <Modal title={words.jump.title} width="38rem" bare initialFocus={input} onClose={onClose}>
      <div className="jump">
        <input
          ref={input}
          className="jump-input"
          type="text"
          role="combobox"
          dir="auto"
          autoComplete="off"
          spellCheck={false}
          aria-label={words.jump.title}
          aria-expanded={results.length > 0}
          aria-controls="jump-results"
          aria-activedescendant={results.length > 0 ? optionId(selected) : undefined}
          aria-autocomplete="list"
          placeholder={words.jump.input}
          value={query}
          onChange={(event) => {
            setQuery(event.target.value)
            setActive(0)
          }}
          onKeyDown={onKeyDown}
        />
        <div
          id="jump-results"
          className="jump-results"
          role="listbox"
          aria-label={words.jump.results}
        >
          {results.map((result, index) => (
            <JumpOption
              key={result.key}
              id={optionId(index)}
              result={result}
              people={state.people}
              rooms={state.rooms}
              heading={results[index - 1]?.kind === result.kind ? null : HEADINGS[result.kind]}
              selected={index === selected}
              onOpen={() => void open(result)}
            />
          ))}
        </div>
        <p className="jump-foot" role="status">
          {problem ??
            (searching
              ? words.jump.searching
              : results.length === 0
                ? words.jump.none(query.trim())
                : words.jump.hint)}
        </p>
      </div>
    </Modal>
  )
}

import { useEffect, useRef } from 'react'
import { Field } from '../parts/Field.tsx'
import { Button } from '../parts/Button.tsx'
import { words } from '../words.ts'
import { FoundSessions } from './FoundSessions.tsx'
import type { Join } from './use-join.ts'
import './join.css'

interface JoinFieldsProps {
  readonly join: Join
  /** A session of this profile's own list was picked; it is on screen now. */
  readonly onOpened: () => void
}

/** Sessions found nearby, then the field for the link, or for what the picked one asks for. */
export function JoinFields({ join, onOpened }: JoinFieldsProps) {
  const { chosen } = join
  const input = useRef<HTMLInputElement>(null)
  const id = chosen?.sessionId
  const before = useRef(id)
  useEffect(() => {
    // Whoever picks a session, or changes their mind, goes on typing.
    if (before.current !== id) input.current?.focus()
    before.current = id
  }, [id])

  return (
    <>
      {chosen === null ? (
        <FoundSessions onChoose={join.choose} onOpened={onOpened} />
      ) : (
        <div className="found-chosen">
          <p>
            <strong dir="auto">{chosen.name}</strong>{' '}
            <span dir="auto">{words.join.where(chosen)}</span>
          </p>
          <Button look="quiet" onClick={() => join.choose(null)}>
            {words.join.another}
          </Button>
        </div>
      )}
      <Field
        ref={input}
        label={chosen === null ? words.join.invite : words.join.secret}
        hint={chosen === null ? undefined : words.join.secretHint}
        value={join.value}
        placeholder={chosen === null ? words.join.invitePlaceholder : undefined}
        spellCheck={false}
        problem={join.problem}
        onChange={(event) => join.setValue(event.target.value)}
      />
    </>
  )
}

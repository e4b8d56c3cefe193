import { X } from 'lucide-react'
import { useState } from 'react'
import type { PersonView } from '../../client/views.ts'
import type { MemberId } from '../../protocol/ids.ts'
import { Avatar } from '../parts/Avatar.tsx'
import { RovingList } from '../parts/RovingList.tsx'
import { words } from '../words.ts'
import { matchesName } from './matches-name.ts'

interface PeoplePickerProps {
  readonly label: string
  /** Who can be chosen. */
  readonly people: readonly PersonView[]
  readonly chosen: ReadonlySet<MemberId>
  readonly onChange: (chosen: ReadonlySet<MemberId>) => void
}

export function PeoplePicker({ label, people, chosen, onChange }: PeoplePickerProps) {
  const [query, setQuery] = useState('')
  const found = people.filter((person) => matchesName(person.name, query))

  function toggle(id: MemberId): void {
    const next = new Set(chosen)
    if (!next.delete(id)) next.add(id)
    onChange(next)
  }

  if (people.length === 0) return <p className="dialog-text">{words.people.nobody}</p>
  return (
    <fieldset className="people-picker">
      <legend>{label}</legend>
      <input
        className="input"
        type="search"
        dir="auto"
        aria-label={words.people.find}
        placeholder={words.people.find}
        value={query}
        onChange={(event) => setQuery(event.target.value)}
        onKeyDown={(event) => {
          const [first] = found
          // Enter chooses the best match; the form is sent by its own button.
          if (event.key !== 'Enter' || query === '') return
          event.preventDefault()
          if (first !== undefined) toggle(first.id)
          setQuery('')
        }}
      />
      <ul className="people-chosen" aria-live="polite">
        {people
          .filter((person) => chosen.has(person.id))
          .map((person) => (
            <li key={person.id}>
              <button
                type="button"
                className="chip"
                aria-label={words.people.remove(person.name)}
                onClick={() => toggle(person.id)}
              >
                <span dir="auto">{person.name}</span>
                <X size={12} strokeWidth={1.5} aria-hidden="true" />
              </button>
            </li>
          ))}
      </ul>
      <RovingList className="people-list">
        {found.map((person) => (
          <label key={person.id} className="person-option">
            <input
              type="checkbox"
              data-roving
              aria-label={person.name}
              checked={chosen.has(person.id)}
              onChange={() => toggle(person.id)}
            />
            <Avatar id={person.id} name={person.name} size={1.5} presence={person.presence} />
            <span className="ellipsis" dir="auto">
              {person.name}
            </span>
            <span className="person-presence">{words.presence[person.presence]}</span>
          </label>
        ))}
        {found.length === 0 ? <p className="dialog-text">{words.people.none}</p> : null}
      </RovingList>
    </fieldset>
  )
}

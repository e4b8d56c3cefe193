import { Avatar } from '../parts/Avatar.tsx'
import { words } from '../words.ts'
import type { Mentions } from './use-mentions.ts'

export const mentionOptionId = (index: number): string => `mention-option-${index}`

/** Focus stays in the composer; the list only shows what Enter would choose. */
export function MentionList({ mentions }: { readonly mentions: Mentions }) {
  const { open, listId, people, active, choose } = mentions
  if (!open) return null
  return (
    <div
      id={listId}
      className="float mention-list"
      role="listbox"
      aria-label={words.composer.people}
    >
      {people.map((person, index) => (
        <button
          type="button"
          tabIndex={-1}
          key={person.id}
          id={mentionOptionId(index)}
          role="option"
          aria-selected={index === active}
          className="mention-option"
          // Keeps focus, and with it the caret, where the name goes.
          onMouseDown={(event) => {
            event.preventDefault()
            choose(person)
          }}
        >
          <Avatar id={person.id} name={person.name} size={1.25} presence={person.presence} />
          <span className="ellipsis" dir="auto">
            {person.name}
          </span>
          <span className="mention-presence">{words.presence[person.presence]}</span>
        </button>
      ))}
    </div>
  )
}

import { useMemo, useState } from 'react'
import type { MemberId, SessionId } from '../../protocol/ids.ts'
import type { Visibility } from '../../protocol/records.ts'
import { useActions, useSession } from '../app/context.ts'
import { useSubmission } from '../app/use-form.ts'
import { ROOM_NAME_LENGTH, TOPIC_LENGTH } from '../limits.ts'
import { Button } from '../parts/Button.tsx'
import { Field } from '../parts/Field.tsx'
import { Modal } from '../parts/Modal.tsx'
import { peopleOf } from '../store/select.ts'
import { words } from '../words.ts'
import { PeoplePicker } from './PeoplePicker.tsx'
import './rooms.css'

interface NewGroupDialogProps {
  readonly session: SessionId
  readonly onClose: () => void
}

export function NewGroupDialog({ session, onClose }: NewGroupDialogProps) {
  const { rooms } = useActions()
  const people = useSession((state) => state.people)
  const others = useMemo(() => peopleOf(people).filter((person) => !person.isSelf), [people])
  const [name, setName] = useState('')
  const [topic, setTopic] = useState('')
  const [visibility, setVisibility] = useState<Visibility>('public')
  const [chosen, setChosen] = useState<ReadonlySet<MemberId>>(new Set())
  const [nameProblem, setNameProblem] = useState<string | null>(null)
  const { busy, problem, submit } = useSubmission()

  async function create(): Promise<void> {
    if (name.trim() === '') return setNameProblem(words.rooms.nameMissing)
    const group = { name: name.trim(), topic: topic.trim(), visibility, members: [...chosen] }
    if (await submit(() => rooms.create(session, group))) onClose()
  }

  return (
    <Modal title={words.rooms.newGroup} width="30rem" onClose={onClose}>
      <form
        className="dialog-body"
        onSubmit={(event) => {
          event.preventDefault()
          void create()
        }}
      >
        <Field
          label={words.rooms.name}
          value={name}
          maxLength={ROOM_NAME_LENGTH}
          problem={nameProblem}
          onChange={(event) => {
            setName(event.target.value)
            setNameProblem(null)
          }}
        />
        <Field
          label={words.rooms.topic}
          hint={words.rooms.topicHint}
          value={topic}
          maxLength={TOPIC_LENGTH}
          onChange={(event) => setTopic(event.target.value)}
        />
        <VisibilityChoice value={visibility} onChange={setVisibility} />
        <PeoplePicker
          label={words.rooms.people}
          people={others}
          chosen={chosen}
          onChange={setChosen}
        />
        {problem === null ? null : (
          <p className="field-problem" role="alert">
            {problem}
          </p>
        )}
        <div className="dialog-actions">
          <Button onClick={onClose}>{words.cancel}</Button>
          <Button type="submit" look="primary" aria-disabled={busy}>
            {busy ? words.rooms.creating : words.rooms.create}
          </Button>
        </div>
      </form>
    </Modal>
  )
}

interface VisibilityChoiceProps {
  readonly value: Visibility
  readonly onChange: (value: Visibility) => void
}

function VisibilityChoice({ value, onChange }: VisibilityChoiceProps) {
  const choices = [
    { id: 'public', label: words.rooms.public, text: words.rooms.publicText },
    { id: 'private', label: words.rooms.private, text: words.rooms.privateText },
  ] as const
  return (
    <fieldset className="choices">
      <legend>{words.rooms.visibility}</legend>
      {choices.map(({ id, label, text }) => (
        <label key={id}>
          <input
            type="radio"
            name="visibility"
            aria-label={label}
            aria-describedby={`visibility-${id}`}
            checked={value === id}
            onChange={() => onChange(id)}
          />
          <span>
            <strong>{label}</strong>
            <span id={`visibility-${id}`}>{text}</span>
          </span>
        </label>
      ))}
    </fieldset>
  )
}

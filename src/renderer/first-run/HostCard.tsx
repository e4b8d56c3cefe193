import { House } from 'lucide-react'
import { useState } from 'react'
import { useActions } from '../app/context.ts'
import { useSubmission } from '../app/use-form.ts'
import { SESSION_NAME_LENGTH } from '../limits.ts'
import { Button } from '../parts/Button.tsx'
import { Field } from '../parts/Field.tsx'
import { words } from '../words.ts'

export function HostCard({ ensureName }: { readonly ensureName: () => Promise<boolean> }) {
  const actions = useActions()
  const [name, setName] = useState('')
  const { busy, problem, submit, setProblem } = useSubmission()

  async function host(): Promise<void> {
    if (name.trim() === '') return setProblem(words.host.nameMissing)
    if (await ensureName()) await submit(() => actions.sessions.host({ name: name.trim() }))
  }

  return (
    <form
      className="choice"
      aria-labelledby="choice-host"
      onSubmit={(event) => {
        event.preventDefault()
        void host()
      }}
    >
      <House size={20} strokeWidth={1.5} aria-hidden="true" />
      <h2 id="choice-host">{words.host.title}</h2>
      <p>{words.host.lead}</p>
      <Field
        label={words.host.name}
        value={name}
        maxLength={SESSION_NAME_LENGTH}
        placeholder={words.host.namePlaceholder}
        problem={problem}
        onChange={(event) => {
          setName(event.target.value)
          setProblem(null)
        }}
      />
      <Button type="submit" look="primary" aria-disabled={busy}>
        {busy ? words.host.starting : words.host.submit}
      </Button>
    </form>
  )
}

import { ArrowLeftRight } from 'lucide-react'
import { useState } from 'react'
import { useActions } from '../app/context.ts'
import { useSubmission } from '../app/use-form.ts'
import { Button } from '../parts/Button.tsx'
import { Field } from '../parts/Field.tsx'
import { words } from '../words.ts'

export function JoinCard({ ensureName }: { readonly ensureName: () => Promise<boolean> }) {
  const actions = useActions()
  const [invite, setInvite] = useState('')
  const { busy, problem, submit, setProblem } = useSubmission()

  async function join(): Promise<void> {
    if (invite.trim() === '') return setProblem(words.join.inviteMissing)
    if (await ensureName()) await submit(() => actions.sessions.join(invite.trim()))
  }

  return (
    <form
      className="choice"
      aria-labelledby="choice-join"
      onSubmit={(event) => {
        event.preventDefault()
        void join()
      }}
    >
      <ArrowLeftRight size={20} strokeWidth={1.5} aria-hidden="true" />
      <h2 id="choice-join">{words.join.title}</h2>
      <p>{words.join.lead}</p>
      <Field
        label={words.join.invite}
        value={invite}
        placeholder={words.join.invitePlaceholder}
        spellCheck={false}
        problem={problem}
        onChange={(event) => {
          setInvite(event.target.value)
          setProblem(null)
        }}
      />
      <Button type="submit" aria-disabled={busy}>
        {busy ? words.join.joining : words.join.submit}
      </Button>
    </form>
  )
}

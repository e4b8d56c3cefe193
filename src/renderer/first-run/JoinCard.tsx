import { ArrowLeftRight } from 'lucide-react'
import { useState } from 'react'
import { useActions } from '../app/context.ts'
import { useSubmission } from '../app/use-form.ts'
import { Button } from '../parts/Button.tsx'
import { Field } from '../parts/Field.tsx'
import { words } from '../words.ts'

interface JoinCardProps {
  readonly invite: string
  readonly ensureName: () => Promise<boolean>
}

export function JoinCard({ invite: given, ensureName }: JoinCardProps) {
  const { sessions, navigation } = useActions()
  const [invite, setInvite] = useState(given)
  const { busy, problem, submit, setProblem } = useSubmission()

  async function join(): Promise<void> {
    if (invite.trim() === '') return setProblem(words.join.inviteMissing)
    if (!(await ensureName())) return
    // The dialog with the same invite would stand over the session that was just joined.
    if (await submit(() => sessions.join(invite.trim()))) navigation.closeDialog()
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

import { ArrowLeftRight } from 'lucide-react'
import { useActions } from '../app/context.ts'
import { JoinFields, submitWords } from '../join/JoinFields.tsx'
import { useJoin } from '../join/use-join.ts'
import { Button } from '../parts/Button.tsx'
import { words } from '../words.ts'

interface JoinCardProps {
  readonly invite: string
  readonly ensureName: () => Promise<boolean>
}

export function JoinCard({ invite: given, ensureName }: JoinCardProps) {
  const { navigation } = useActions()
  const join = useJoin(given, navigation.closeDialog)

  async function submit(): Promise<void> {
    // The dialog with the same invite would stand over the session that was just joined.
    if (await join.submit(ensureName)) navigation.closeDialog()
  }

  return (
    <form
      className="choice"
      aria-labelledby="choice-join"
      onSubmit={(event) => {
        event.preventDefault()
        void submit()
      }}
    >
      <ArrowLeftRight size={20} strokeWidth={1.5} aria-hidden="true" />
      <h2 id="choice-join">{words.join.title}</h2>
      {join.stage.kind === 'start' ? <p>{words.join.lead}</p> : null}
      <JoinFields join={join} onOpened={navigation.closeDialog} />
      {join.stage.kind === 'scan' ? null : (
        <Button type="submit" aria-disabled={join.busy}>
          {submitWords(join)}
        </Button>
      )}
    </form>
  )
}

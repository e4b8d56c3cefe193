import { useEffect, useEffectEvent, useRef, useState } from 'react'
import { useActions, useAppState } from '../app/context.ts'
import { MEMBER_NAME_LENGTH } from '../limits.ts'
import { Mark } from '../parts/Mark.tsx'
import { Field } from '../parts/Field.tsx'
import { words } from '../words.ts'
import { HostCard } from './HostCard.tsx'
import { JoinCard } from './JoinCard.tsx'
import './first-run.css'

/** A name, then two large choices: talking to someone takes under 30 seconds and no reading. */
export function FirstRun() {
  const actions = useActions()
  const known = useAppState((state) => state.app?.profile?.name ?? '')
  // An invite link that opened the app before there is a name or a session waits in the join card.
  const invite = useAppState((state) => (state.dialog?.kind === 'join' ? state.dialog.invite : ''))
  const asked = useAppState((state) => state.dialog?.kind)
  const [name, setName] = useState(known)
  const [problem, setProblem] = useState<string | null>(null)
  const input = useRef<HTMLInputElement>(null)

  useEffect(() => {
    if (known === '') input.current?.focus()
  }, [known])

  /** The menu's dialogs need a name as well: with one they open by themselves. */
  const answerMenu = useEffectEvent(async (wish: 'host' | 'join') => {
    if (known !== '') return
    const named = name.trim() !== ''
    if (named || wish === 'host') await ensureName()
    else input.current?.focus()
    // An empty one must not stand over what is made with the cards meanwhile.
    if (!named && invite === '') actions.navigation.closeDialog()
  })
  useEffect(() => {
    if (asked === 'host' || asked === 'join') void answerMenu(asked)
  }, [asked])

  /** Both choices need a name; false when it is missing or was refused, with the reason beside it. */
  async function ensureName(): Promise<boolean> {
    const wanted = name.trim()
    if (wanted === '') {
      setProblem(words.firstRun.nameMissing)
      input.current?.focus()
      return false
    }
    if (wanted === known) return true
    const result = await actions.sessions.setName(wanted)
    if (!result.ok) {
      setProblem(result.failure.message)
      input.current?.focus()
    }
    return result.ok
  }

  return (
    <main className="first-run">
      <div className="first-run-content">
        <Mark size={3.5} />
        <h1>{words.firstRun.title}</h1>
        <p className="first-run-lead">{words.firstRun.lead}</p>
        <Field
          ref={input}
          label={words.firstRun.name}
          value={name}
          maxLength={MEMBER_NAME_LENGTH}
          autoComplete="name"
          problem={problem}
          onChange={(event) => {
            setName(event.target.value)
            setProblem(null)
          }}
        />
        <div className="first-run-choices">
          <HostCard ensureName={ensureName} />
          <JoinCard key={invite} invite={invite} ensureName={ensureName} />
        </div>
      </div>
    </main>
  )
}

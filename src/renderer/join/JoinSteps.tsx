import { Check, CircleSlash, LoaderCircle, X } from 'lucide-react'
import { useActions, useAppState } from '../app/context.ts'
import { Button } from '../parts/Button.tsx'
import { words } from '../words.ts'

const ICONS = { trying: LoaderCircle, done: Check, failed: X, skipped: CircleSlash }

/** Each way to the host as it is tried, so that a failure names its cause. */
export function JoinSteps() {
  const { navigation } = useActions()
  const steps = useAppState((state) => state.joining)
  if (steps.length === 0) return null
  const failed = steps.some(({ state }) => state === 'failed')
  const over = !steps.some(({ state }) => state === 'trying')
  return (
    <>
      <ul className="join-steps" aria-label={words.join.steps} aria-live="polite">
        {steps.map((step) => {
          const Icon = ICONS[step.state]
          return (
            <li key={step.way} data-state={step.state}>
              <Icon size={14} strokeWidth={1.5} aria-hidden="true" />
              <span className="unseen">{words.join.stepStates[step.state]}: </span>
              <span>{step.words}</span>
            </li>
          )
        })}
      </ul>
      {failed && over ? (
        <Button
          look="quiet"
          className="join-scan"
          onClick={() => navigation.openDialog({ kind: 'doctor' })}
        >
          {words.join.doctor}
        </Button>
      ) : null}
    </>
  )
}

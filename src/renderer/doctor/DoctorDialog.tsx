import { Check, Copy, RotateCw } from 'lucide-react'
import { useEffect, useId, useRef, useState } from 'react'
import type { RefObject, SubmitEvent } from 'react'
import type { DoctorReport } from '../../doctor/report.ts'
import { useActions, useAppState, useClock } from '../app/context.ts'
import { Button } from '../parts/Button.tsx'
import { Modal } from '../parts/Modal.tsx'
import { CheckRow } from './CheckRow.tsx'
import { doctorWords as words } from './words.ts'
import './doctor.css'

const COPIED_MS = 2_000

/** Runs as soon as it is opened, and stops when it is closed. */
export function DoctorDialog({ onClose }: { readonly onClose: () => void }) {
  const { doctor } = useActions()
  const report = useAppState((state) => state.doctor)
  const session = useAppState((state) => state.activeSession)
  const [target, setTarget] = useState('')
  const [problem, setProblem] = useState<string | null>(null)
  const summary = useRef<HTMLParagraphElement>(null)
  const running = report?.running ?? true

  const run = (): void => {
    setProblem(null)
    void doctor.run(session, target).then((result) => {
      if (!result.ok) setProblem(result.failure.message)
    })
  }
  useEffect(() => {
    void doctor.run(session, '')
    return () => doctor.stop()
  }, [doctor, session])

  return (
    <Modal title={words.title} width="44rem" initialFocus={summary} onClose={onClose}>
      <div className="dialog-body doctor" tabIndex={0}>
        <p className="dialog-text">{words.intro}</p>
        <Summary report={report} element={summary} />
        {report?.groups.map((group) => (
          <section key={group.id} aria-label={group.title}>
            <h3>{group.title}</h3>
            <ul>
              {group.checks.map((check) => (
                <CheckRow key={check.id} check={check} />
              ))}
            </ul>
          </section>
        ))}
      </div>
      <div className="doctor-foot">
        <TargetForm target={target} problem={problem} onChange={setTarget} onSubmit={run} />
        <div className="dialog-actions">
          <CopyReport disabled={running} />
          <Button look="primary" aria-disabled={running} onClick={running ? undefined : run}>
            <RotateCw size={15} strokeWidth={1.5} aria-hidden="true" />
            {words.again}
          </Button>
        </div>
      </div>
    </Modal>
  )
}

interface SummaryProps {
  readonly report: DoctorReport | null
  readonly element: RefObject<HTMLParagraphElement | null>
}

/** Has the focus first, so that a screen reader begins with how it stands. */
function Summary({ report, element }: SummaryProps) {
  const checks = report?.groups.flatMap((group) => group.checks) ?? []
  const count = (state: string): number => checks.filter((one) => one.state === state).length
  const failed = count('failed')
  const warnings = count('warning')
  const text =
    report === null
      ? words.starting
      : report.running
        ? words.running(checks.length - count('running'), checks.length)
        : failed + warnings === 0
          ? words.passed
          : words.found(failed, warnings)
  const worst =
    report?.running !== false ? 'running' : failed > 0 ? 'failed' : warnings > 0 ? 'warning' : 'ok'
  return (
    <div className="doctor-summary">
      <p role="status" data-state={worst} tabIndex={-1} ref={element}>
        {text}
      </p>
      {worst === 'failed' || worst === 'warning' ? (
        <Button look="quiet" onClick={() => showFirst(element.current, worst)}>
          {words.showFirst}
        </Button>
      ) : null}
    </div>
  )
}

/** Brings the first row of that state into view; whoever reads by ear goes on from there. */
function showFirst(from: HTMLElement | null, state: 'failed' | 'warning'): void {
  from
    ?.closest('.doctor')
    ?.querySelector<HTMLElement>(`.doctor-check[data-state='${state}']`)
    ?.focus()
}

interface TargetFormProps {
  readonly target: string
  readonly problem: string | null
  readonly onChange: (target: string) => void
  readonly onSubmit: () => void
}

function TargetForm({ target, problem, onChange, onSubmit }: TargetFormProps) {
  const id = useId()
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault()
    onSubmit()
  }
  return (
    <form className="field" onSubmit={submit}>
      <label htmlFor={id}>{words.target}</label>
      <div className="doctor-target">
        <input
          id={id}
          className="input"
          value={target}
          spellCheck={false}
          autoComplete="off"
          aria-invalid={problem !== null}
          aria-describedby={`${id}-hint`}
          onChange={(event) => onChange(event.target.value)}
        />
        <Button type="submit">{words.check}</Button>
      </div>
      {problem === null ? (
        <p className="field-hint" id={`${id}-hint`}>
          {words.targetHint}
        </p>
      ) : (
        <p className="field-problem" id={`${id}-hint`} role="alert">
          {problem}
        </p>
      )}
    </form>
  )
}

function CopyReport({ disabled }: { readonly disabled: boolean }) {
  const { doctor } = useActions()
  const clock = useClock()
  const [copied, setCopied] = useState(false)
  useEffect(
    () => (copied ? clock.after(COPIED_MS, () => setCopied(false)) : undefined),
    [clock, copied],
  )
  const Icon = copied ? Check : Copy
  return (
    <>
      <p className="field-hint">{words.copyHint}</p>
      <Button
        aria-disabled={disabled}
        onClick={() => (disabled ? undefined : void doctor.copy().then(setCopied))}
      >
        <Icon size={15} strokeWidth={1.5} aria-hidden="true" />
        <span aria-live="polite">{copied ? words.copied : words.copy}</span>
      </Button>
    </>
  )
}

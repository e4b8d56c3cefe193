import { QrCode } from 'lucide-react'
import { useRef } from 'react'
import type { SessionId } from '../../protocol/ids.ts'
import { Button } from '../parts/Button.tsx'
import { Field } from '../parts/Field.tsx'
import { words } from '../words.ts'
import { FoundSessions } from './FoundSessions.tsx'
import { JoinSteps } from './JoinSteps.tsx'
import { Offer } from './Offer.tsx'
import { QrScan } from './QrScan.tsx'
import type { Join } from './use-join.ts'
import './join.css'

interface JoinFieldsProps {
  readonly join: Join
  /** A session of this profile's own list was picked; it is on screen now. */
  readonly onOpened: (session: SessionId) => void
}

/** Sessions found nearby and the field for whatever the person was given; then what the picked host offers. */
export function JoinFields({ join, onOpened }: JoinFieldsProps) {
  const { stage, busy } = join
  const fields = useRef<HTMLDivElement>(null)

  function giveUp(): void {
    join.giveUp()
    // The button goes away with what it stopped.
    const { current } = fields
    const next = current?.querySelector('input') ?? current?.querySelector('button')
    next?.focus()
  }

  return (
    <div className="join-fields" ref={fields}>
      {stage.kind === 'scan' ? (
        <QrScan onText={join.scanned} onBack={join.restart} />
      ) : stage.kind === 'offer' ? (
        <Offer join={join} offer={stage.offer} />
      ) : (
        <>
          <FoundSessions onChoose={join.choose} onOpened={onOpened} />
          <Field
            label={words.join.given}
            value={join.value}
            placeholder={words.join.givenPlaceholder}
            spellCheck={false}
            problem={join.problem}
            onChange={(event) => join.setValue(event.target.value)}
          />
          <Button look="quiet" className="join-scan" onClick={join.scan}>
            <QrCode size={15} strokeWidth={1.5} aria-hidden="true" />
            {words.join.scan}
          </Button>
        </>
      )}
      <JoinSteps />
      {busy && !(stage.kind === 'offer' && stage.offer === null) ? (
        <Button look="quiet" className="join-scan" onClick={giveUp}>
          {words.join.giveUp}
        </Button>
      ) : null}
    </div>
  )
}

/** What the button that goes on says. */
export function submitWords({ busy, stage, way }: Join): string {
  if (busy) return words.join.joining
  const offer = stage.kind === 'offer' ? stage.offer : null
  if (offer === null || (way !== 'open' && way !== 'token')) return words.join.submit
  if (offer.vouched) return way === 'token' ? words.signIn.submit : words.join.submit
  return way === 'token' ? words.join.keyConfirmToken : words.join.keyConfirm
}

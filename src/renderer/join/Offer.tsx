import { ArrowLeft } from 'lucide-react'
import { useEffect, useRef } from 'react'
import type { JoinOffer } from '../../ipc/join-views.ts'
import { Button, IconButton } from '../parts/Button.tsx'
import { Field } from '../parts/Field.tsx'
import { words } from '../words.ts'
import { waysOf } from './use-join.ts'
import type { Join, OfferWay } from './use-join.ts'

/** What the picked host offers: who it is, its key, and the ways in. */
export function Offer({ join, offer }: { readonly join: Join; readonly offer: JoinOffer | null }) {
  const back = useRef<HTMLButtonElement>(null)
  // Until there is a field to type in.
  useEffect(() => back.current?.focus(), [])
  return (
    <section className="offer" aria-label={offer?.name ?? words.join.asking}>
      <header>
        <IconButton ref={back} label={words.join.back} onClick={join.restart}>
          <ArrowLeft size={16} strokeWidth={1.5} aria-hidden="true" />
        </IconButton>
        {offer === null ? (
          <p role="status">{words.join.asking}</p>
        ) : (
          <p>
            <strong dir="auto">{offer.name}</strong>{' '}
            <span dir="auto">{words.join.offered(offer.host, offer.people)}</span>
          </p>
        )}
      </header>
      {offer === null ? null : <Ways key={join.way} join={join} offer={offer} />}
    </section>
  )
}

function Ways({ join, offer }: { readonly join: Join; readonly offer: JoinOffer }) {
  const input = useRef<HTMLInputElement>(null)
  useEffect(() => input.current?.focus(), [])
  const { way, value, problem, setValue } = join
  const field = {
    ref: input,
    value,
    problem,
    spellCheck: false,
    onChange: (event: { readonly target: { readonly value: string } }) =>
      setValue(event.target.value),
  }
  return (
    <>
      {way === 'open' ? (
        <Host offer={offer} text={words.join.keyText} problem={problem} />
      ) : way === 'token' ? (
        <>
          <Host offer={offer} text={words.join.keyTextToken} />
          <Field
            {...field}
            type="password"
            // A token reads from left to right, whatever the language around it does.
            dir="ltr"
            label={words.signIn.label}
            hint={words.signIn.hint}
          />
        </>
      ) : way === 'passphrase' ? (
        <Field
          {...field}
          type="password"
          label={words.join.passphrase}
          hint={words.join.passphraseHint}
        />
      ) : (
        <Field {...field} label={words.join.givenCode} hint={words.join.inviteOnly} />
      )}
      {offer.approval ? <p className="field-hint">{words.join.approval}</p> : null}
      <div className="offer-ways">
        {waysOf(offer)
          .filter((other) => other !== way)
          .map((other) => (
            <Button key={other} look="quiet" onClick={() => join.setWay(other)}>
              {OTHER_WAY[other]}
            </Button>
          ))}
      </div>
    </>
  )
}

interface HostProps {
  readonly offer: JoinOffer
  readonly text: string
  readonly problem?: string | null
}

/** Whom one is about to talk to: a key to compare, or an authority's word for it. */
function Host({ offer, text, problem = null }: HostProps) {
  return (
    <div className="offer-key">
      {offer.vouched ? (
        <p>{words.join.vouched}</p>
      ) : (
        <>
          <h3>{words.join.keyTitle}</h3>
          <p className="offer-words">{words.keyWords(offer.keyWords)}</p>
          <p>{text}</p>
        </>
      )}
      {problem === null ? null : (
        <p className="field-problem" role="alert">
          {problem}
        </p>
      )}
    </div>
  )
}

const OTHER_WAY: Readonly<Record<OfferWay, string>> = {
  open: words.join.useOpen,
  token: words.join.useToken,
  passphrase: words.join.usePassphrase,
  code: words.join.useCode,
}

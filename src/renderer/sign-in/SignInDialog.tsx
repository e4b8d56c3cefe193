import { useCallback, useEffect, useRef, useState } from 'react'
import type { SessionView } from '../../client/views.ts'
import type { SessionId } from '../../protocol/ids.ts'
import { useActions, useAppState } from '../app/context.ts'
import { useSubmission } from '../app/use-form.ts'
import { focusComposer } from '../composer/focus-composer.ts'
import { isSignedOut } from '../connection/words.ts'
import { Button } from '../parts/Button.tsx'
import { Field } from '../parts/Field.tsx'
import { Modal } from '../parts/Modal.tsx'
import { sessionViewOf } from '../store/state.ts'
import { words } from '../words.ts'
import { givenToken } from './given-token.ts'

interface SignInDialogProps {
  readonly session: SessionId
  readonly onClose: () => void
}

/** Where a session's server asks for a bearer token, and only the person can have one. */
export function SignInDialog({ session, onClose }: SignInDialogProps) {
  const { sessions } = useActions()
  const view = useAppState((state) => sessionViewOf(state, session))
  // What brought the person here stays to be read while the token is tried.
  const [lead] = useState(() => leadOf(view))
  const [value, setValue] = useState('')
  const { busy, problem, submit, setProblem } = useSubmission()
  const field = useRef<HTMLInputElement>(null)
  const text = words.signIn
  const { connection } = view ?? {}
  const isIn = connection?.state === 'online' && connection.signInEndsAt === undefined

  const finish = useCallback((): void => {
    onClose()
    // The bar whose button had the focus is gone; writing is what comes next.
    focusComposer()
  }, [onClose])

  useEffect(() => {
    // Somebody else's doing: there is nothing left to ask for.
    if (isIn && !busy && problem === null) finish()
  }, [isIn, busy, problem, finish])

  async function signIn(): Promise<void> {
    const given = givenToken(value)
    if (given.kind === 'fault') return setProblem(given.words)
    if (await submit(() => sessions.signIn(session, given.token))) return finish()
    // The next one that is pasted takes its place.
    field.current?.focus()
    field.current?.select()
  }

  return (
    <Modal title={text.title(view?.name ?? '')} onClose={onClose}>
      <form
        className="dialog-body"
        onSubmit={(event) => {
          event.preventDefault()
          void signIn()
        }}
      >
        <p className="dialog-text">{lead}</p>
        <Field
          ref={field}
          label={text.label}
          type="password"
          // A token reads from left to right, whatever the language around it does.
          dir="ltr"
          value={value}
          spellCheck={false}
          hint={text.hint}
          problem={problem}
          onChange={(event) => {
            setValue(event.target.value)
            setProblem(null)
          }}
        />
        <div className="dialog-actions">
          <Button onClick={onClose}>{words.cancel}</Button>
          <Button type="submit" look="primary" aria-disabled={busy}>
            {busy ? text.busy : text.submit}
          </Button>
        </div>
      </form>
    </Modal>
  )
}

function leadOf(session: SessionView | undefined): string {
  const { lead } = words.signIn
  if (session === undefined || !isSignedOut(session.connection)) return lead.ending
  const { reason } = session.connection
  if (session.newcomer !== true) return reason === 'token-needed' ? lead.signedOut : lead[reason]
  // To somebody who was never in, nothing has ended.
  return reason === 'token-refused' ? lead.newcomerRefused : lead['token-needed']
}

import { KeyRound, LoaderCircle, TriangleAlert, WifiOff } from 'lucide-react'
import type { SessionView } from '../../client/views.ts'
import { useActions, useNow } from '../app/context.ts'
import { Button } from '../parts/Button.tsx'
import { words } from '../words.ts'
import { connectionMessage } from './connection-words.ts'
import './connection.css'

const ICONS = { quiet: LoaderCircle, warning: WifiOff, bad: TriangleAlert }

/** A slim bar only when it matters. The live region stays in place so that its changes are read out. */
export function ConnectionBar({ session }: { readonly session: SessionView }) {
  const { connection } = session
  const quiet = connection.state === 'online' && connection.signInEndsAt === undefined
  return (
    <div role="status" aria-label={words.connection.label} className="connection">
      {quiet ? null : <Message session={session} />}
    </div>
  )
}

function Message({ session }: { readonly session: SessionView }) {
  const actions = useActions()
  const message = connectionMessage(session, useNow(250))
  if (message === null) return null
  const Icon = message.action === 'sign-in' ? KeyRound : ICONS[message.tone]
  const { connection } = session
  return (
    <div className="connection-bar" data-tone={message.tone}>
      <Icon size={16} strokeWidth={1.5} aria-hidden="true" />
      <p>
        <strong>{message.title}</strong> {message.text}{' '}
        <span aria-hidden="true">{message.countdown}</span>
      </p>
      {connection.state === 'catching-up' ? (
        <progress
          aria-label={words.connection.progress}
          value={connection.received}
          max={Math.max(connection.total, 1)}
        />
      ) : null}
      {message.action === 'try-now' ? (
        <Button onClick={() => void actions.sessions.connectNow(session.id)}>
          {words.connection.tryNow}
        </Button>
      ) : message.action === 'change-name' ? (
        <Button
          onClick={() =>
            actions.navigation.openDialog({ kind: 'session-name', session: session.id })
          }
        >
          {words.connection.changeName}
        </Button>
      ) : message.action === 'sign-in' ? (
        <Button
          onClick={() => actions.navigation.openDialog({ kind: 'sign-in', session: session.id })}
        >
          {connection.state === 'refused' && connection.reason === 'token-needed'
            ? words.connection.pasteToken
            : words.connection.pasteNewToken}
        </Button>
      ) : null}
    </div>
  )
}

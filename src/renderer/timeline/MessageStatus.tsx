import { Check, CheckCheck, Clock3, TriangleAlert } from 'lucide-react'
import type { MessageView } from '../../client/views.ts'
import { useActions, useSessionView } from '../app/context.ts'
import { Button } from '../parts/Button.tsx'
import { Tip } from '../parts/Tip.tsx'
import { words } from '../words.ts'
import { useRoomContext } from './room-context.ts'
import type { OwnStatus } from './rows.ts'

interface MessageStatusProps {
  readonly message: MessageView
  readonly status: OwnStatus | undefined
}

/** Where a message stands, in words: queued, sent, seen, failed, edited. */
export function MessageStatus({ message, status }: MessageStatusProps) {
  const { state, change } = message
  const waits = state.kind === 'pending' || change?.kind === 'pending'
  return (
    <>
      {message.edited && !message.deleted ? (
        <span className="message-note">{words.message.edited}</span>
      ) : null}
      {state.kind === 'sent' && change === undefined && status !== undefined ? (
        <Own status={status} />
      ) : null}
      {waits ? <Waiting isChange={state.kind !== 'pending'} /> : null}
      {state.kind === 'failed' ? (
        <Failed message={message} operation={message.id} reason={state.message} />
      ) : null}
      {change?.kind === 'failed' ? (
        <Failed
          message={message}
          operation={change.operationId}
          reason={words.message.changeFailed(change.operation, change.message)}
        />
      ) : null}
    </>
  )
}

function Waiting({ isChange }: { readonly isChange: boolean }) {
  const online = useSessionView()?.connection.state === 'online'
  return (
    <span className="message-note" data-look="waiting">
      <Clock3 size={12} strokeWidth={1.5} aria-hidden="true" />
      {words.message.waiting(online, isChange)}
    </span>
  )
}

function Own({ status }: { readonly status: OwnStatus }) {
  const { name } = useRoomContext()
  if (status.kind === 'sent') {
    return (
      <span className="message-note">
        <Check size={12} strokeWidth={1.5} aria-hidden="true" />
        {words.message.sent}
      </span>
    )
  }
  return (
    <Tip text={words.message.seenByNames(status.by.map(name))}>
      <button type="button" className="message-note" data-look="seen">
        <CheckCheck size={12} strokeWidth={1.5} aria-hidden="true" />
        {words.message.seenBy(status.by.length)}
        <span className="unseen">: {status.by.map(name).join(', ')}</span>
      </button>
    </Tip>
  )
}

interface FailedProps {
  readonly message: MessageView
  readonly operation: MessageView['id']
  readonly reason: string
}

function Failed({ message, operation, reason }: FailedProps) {
  const { messages, sessions } = useActions()
  const { session, room } = useRoomContext()
  return (
    <div className="message-failed">
      <p>
        <TriangleAlert size={14} strokeWidth={1.5} aria-hidden="true" />
        <span>
          <strong>{words.message.failed}</strong> {reason}
        </span>
      </p>
      <div>
        <Button onClick={() => void messages.retry(session, room, operation)}>
          {words.message.retry}
        </Button>
        <Button onClick={() => void sessions.copy(message.text)}>{words.message.copyShort}</Button>
        <Button look="danger" onClick={() => void messages.discard(session, room, operation)}>
          {operation === message.id ? words.message.delete : words.message.discardChange}
        </Button>
      </div>
    </div>
  )
}

import { useEffect } from 'react'
import type { FoundSessionView } from '../../ipc/join-views.ts'
import type { SessionId } from '../../protocol/ids.ts'
import { useActions, useAppState } from '../app/context.ts'
import { words } from '../words.ts'

interface FoundSessionsProps {
  readonly onChoose: (session: FoundSessionView) => void
  readonly onOpened: (session: SessionId) => void
}

/** Sessions other computers on this network announce, live while this is on screen. */
export function FoundSessions({ onChoose, onOpened }: FoundSessionsProps) {
  const { sessions, navigation } = useActions()
  const found = useAppState((state) => state.found)
  useEffect(() => sessions.watchFound(), [sessions])

  function pick(session: FoundSessionView): void {
    if (session.joined) {
      navigation.openSession(session.sessionId)
      onOpened(session.sessionId)
    } else if (session.compatible) {
      onChoose(session)
    }
  }

  return (
    <div className="found">
      <p className="found-status" role="status">
        {words.join.found(found.length)}
      </p>
      {found.length === 0 ? null : (
        <ul className="found-list" aria-label={words.join.foundLabel}>
          {found.map((session) => (
            <li key={session.sessionId}>
              <button
                type="button"
                className="found-session"
                aria-disabled={!session.joined && !session.compatible}
                onClick={() => pick(session)}
              >
                <span className="found-name" dir="auto">
                  {session.name}
                </span>
                <span className="found-where" dir="auto">
                  {words.join.where(session)}
                </span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}

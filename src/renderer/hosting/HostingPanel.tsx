import { useEffect, useState } from 'react'
import type { HostingView } from '../../ipc/contract.ts'
import type { SessionId } from '../../protocol/ids.ts'
import { useActions, useAppState } from '../app/context.ts'
import { useSubmission } from '../app/use-form.ts'
import { AdminTabs } from '../admin/AdminTabs.tsx'
import { Button } from '../parts/Button.tsx'
import { Modal } from '../parts/Modal.tsx'
import { formatTime } from '../words-format.ts'
import { words } from '../words.ts'
import { Invite } from './Invite.tsx'
import { Statistics } from './Statistics.tsx'
import './hosting.css'

interface HostingPanelProps {
  readonly session: SessionId
  readonly onClose: () => void
}

export function HostingPanel({ session, onClose }: HostingPanelProps) {
  const { sessions, navigation } = useActions()
  const hosting = useAppState((state) => state.hosting.get(session))
  const [problem, setProblem] = useState<string | null>(null)

  useEffect(() => {
    let open = true
    void sessions.loadHosting(session).then((result) => {
      if (open && !result.ok) setProblem(result.failure.message)
    })
    return () => {
      open = false
    }
  }, [sessions, session])

  const active = hosting !== undefined && hosting.state !== 'stopped' && hosting.state !== 'failed'
  return (
    <Modal
      title={words.hosting.title(hosting?.name ?? '')}
      width="62rem"
      onClose={onClose}
      extra={
        active ? (
          <>
            <span className="chip">{words.hosting.since(formatTime(hosting.since))}</span>
            <Button
              look="danger"
              onClick={() => navigation.openDialog({ kind: 'stop-hosting', session })}
            >
              {words.hosting.stop}
            </Button>
          </>
        ) : null
      }
    >
      {hosting === undefined ? (
        <p className="dialog-body" role={problem === null ? 'status' : 'alert'}>
          {problem ?? words.hosting.loading}
        </p>
      ) : (
        <>
          <div className="dialog-body hosting">
            {active ? <Invite hosting={hosting} /> : null}
            <div className="hosting-main">
              {active ? (
                <>
                  <Statistics samples={hosting.samples} />
                  <AdminTabs session={session} devices={hosting.devices} />
                </>
              ) : (
                <Resume hosting={hosting} />
              )}
            </div>
          </div>
          <p className="hosting-foot" role="status" data-state={hosting.state}>
            {words.hosting.states[hosting.state]}
            {active && hosting.portTaken !== undefined ? (
              <> {words.hosting.portTaken(hosting.portTaken, hosting.port)}</>
            ) : null}
          </p>
        </>
      )}
    </Modal>
  )
}

/** Not hosting: why, and the way back. */
function Resume({ hosting }: { readonly hosting: HostingView }) {
  const { sessions } = useActions()
  const { busy, problem, submit } = useSubmission()
  const reason = problem ?? hosting.problem
  return (
    <div className="hosting-resume">
      {reason === undefined ? null : (
        <p className="field-problem" role="alert">
          {reason}
        </p>
      )}
      <Button
        look="primary"
        aria-disabled={busy}
        onClick={() => void submit(() => sessions.resumeHosting(hosting.sessionId))}
      >
        {busy ? words.hosting.resuming : words.hosting.resume}
      </Button>
    </div>
  )
}
